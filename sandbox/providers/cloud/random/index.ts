import { randomBytes, randomInt, randomUUID } from "node:crypto";

import {
  type CreateRequest,
  type CreateResult,
  type DiffRequest,
  type DiffResult,
  diffProperties,
  type PropertyMap,
  revealMap,
  Secret,
  type StandInProvider,
  toPlainMap,
  UNKNOWN,
} from "../../protocol/index.ts";
import { numberOf, textOf } from "../properties.ts";
import { StatelessProvider } from "../stateless-provider.ts";
import type { Properties } from "../types.ts";
import { randomId, randomPet, randomText } from "./generate.ts";

interface Made {
  readonly id: string;
  readonly outputs: PropertyMap;
}

/** How each resource is made, and its outputs, which a preview does not know. */
const KINDS: Readonly<
  Record<string, { readonly outputs: readonly string[]; readonly make: (inputs: Properties) => Made }>
> = {
  "random:index/randomPassword:RandomPassword": {
    outputs: ["result", "bcryptHash"],
    make: (inputs) => ({ id: "none", outputs: { result: new Secret(randomText(inputs)) } }),
  },
  "random:index/randomString:RandomString": {
    outputs: ["result"],
    make: (inputs) => {
      const result = randomText(inputs);
      return { id: result, outputs: { result } };
    },
  },
  "random:index/randomBytes:RandomBytes": {
    outputs: ["base64", "hex"],
    make: (inputs) => {
      const bytes = randomBytes(numberOf(inputs["length"], 0));
      const outputs = { base64: new Secret(bytes.toString("base64")), hex: new Secret(bytes.toString("hex")) };
      return { id: "none", outputs };
    },
  },
  "random:index/randomId:RandomId": {
    outputs: ["b64Url", "b64Std", "hex", "dec"],
    make: (inputs) => {
      const { id, ...outputs } = randomId(inputs);
      return { id: textOf(id), outputs };
    },
  },
  "random:index/randomPet:RandomPet": {
    outputs: [],
    make: (inputs) => ({ id: randomPet(inputs), outputs: {} }),
  },
  "random:index/randomUuid:RandomUuid": {
    outputs: ["result"],
    make: () => {
      const result = randomUUID();
      return { id: result, outputs: { result } };
    },
  },
  "random:index/randomInteger:RandomInteger": {
    outputs: ["result"],
    make: (inputs) => {
      const result = randomInt(numberOf(inputs["min"], 0), numberOf(inputs["max"], 0) + 1);
      return { id: String(result), outputs: { result } };
    },
  },
};

/**
 * Stands in for the random provider, with real random values from the system. Like the published one it keeps nothing itself:
 * the values live in the engine's state, passwords and bytes as secrets.
 */
export class RandomProvider extends StatelessProvider implements StandInProvider {
  readonly packageName = "random";
  readonly version = "4.21.2";

  /** A random value lasts until one of its inputs changes; `keepers` are there to change. */
  diff({ oldInputs, news, ignoreChanges }: DiffRequest): Promise<DiffResult> {
    return Promise.resolve(diffProperties(oldInputs, news, { replaceOn: () => true, ignoreChanges }));
  }

  create({ type, inputs, preview }: CreateRequest): Promise<CreateResult> {
    const kind = this.kindOf(KINDS, type);
    if (preview) {
      const unknown = Object.fromEntries(kind.outputs.map((key) => [key, UNKNOWN]));
      return Promise.resolve({ id: "", outputs: { ...inputs, ...unknown } });
    }
    const { id, outputs } = kind.make(toPlainMap(revealMap(inputs)));
    return Promise.resolve({ id, outputs: { ...inputs, ...outputs } });
  }
}
