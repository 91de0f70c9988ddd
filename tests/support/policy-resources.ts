import type { PolicyResource } from "../../analysis/policy/rules/rule.ts";
import { UNKNOWN } from "../../analysis/policy/rules/values.ts";
import type { Registered } from "./record.ts";

/** Key of the engine's marks on values, its mark of a secret, and its texts for what is not known yet. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const UNKNOWNS = [
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
];

/** What a program registered, as the engine shows it to rules: secrets without their marks. */
export function policyResources(registered: readonly Registered[]): PolicyResource[] {
  return registered.map(({ type, urn, name, inputs }) => ({
    type,
    urn,
    name,
    props: plain(inputs) as Readonly<Record<string, unknown>>,
  }));
}

function plain(value: unknown): unknown {
  if (UNKNOWNS.includes(value as string)) {
    return UNKNOWN;
  }
  if (Array.isArray(value)) {
    return value.map(plain);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  return (value as Record<string, unknown>)[SIGNATURE] === SECRET
    ? plain((value as Record<string, unknown>)["value"])
    : Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
