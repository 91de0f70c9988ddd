import { createHash } from "node:crypto";

import {
  isList,
  isMap,
  mapValues,
  type Plain,
  type PropertyMap,
  type PropertyValue,
  Secret,
  toPlain,
} from "../protocol/index.ts";
import type { Properties } from "./types.ts";

/** The key of the object that stands in the store where a secret was. */
const FINGERPRINT = "sandbox.sealed";

/** Properties for the store: secrets are replaced by fingerprints, which are enough to see whether they changed. */
export function seal(map: PropertyMap): Properties {
  const sealed: Record<string, Plain> = {};
  for (const [key, value] of Object.entries(map)) {
    if (value !== undefined) {
      sealed[key] = sealValue(value);
    }
  }
  return sealed;
}

function sealValue(value: PropertyValue): Plain {
  if (value instanceof Secret) {
    return { [FINGERPRINT]: fingerprint(toPlain(value.value)) };
  }
  if (isList(value)) {
    return value.map(sealValue);
  }
  return isMap(value) ? { ...seal(value) } : toPlain(value);
}

const fingerprint = (value: Plain): string => createHash("sha256").update(JSON.stringify(value)).digest("hex");

/**
 * Properties from the store, with each secret taken from the engine's state where its fingerprint agrees. A secret that the
 * state does not know stays a fingerprint, and so shows up as a difference.
 */
export function unseal(sealed: Properties, state: PropertyMap): PropertyMap {
  return mapValues(sealed, (value, key) => unsealValue(value, state[key]));
}

function unsealValue(sealed: PropertyValue, state: PropertyValue | undefined): PropertyValue {
  if (isList(sealed)) {
    const elements = isList(state) ? state : [];
    return sealed.map((element, i) => unsealValue(element, elements[i]));
  }
  if (!isMap(sealed)) {
    return sealed;
  }
  const print = sealed[FINGERPRINT];
  if (print === undefined) {
    const inner = isMap(state) ? state : {};
    return mapValues(sealed, (value, key) => unsealValue(value, inner[key]));
  }
  return state instanceof Secret && fingerprint(toPlain(state.value)) === print ? state : new Secret(sealed);
}
