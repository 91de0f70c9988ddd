import type { z } from "zod";
import type { Problem } from "../stack/errors.ts";
import { knownKeys } from "./known-keys.ts";
import { nearest } from "../stack/nearest.ts";
import { problemsOf } from "./zod-problems.ts";

/** What parsing gives: everything that is wrong, and the value where it can be looked at all the same. */
export interface Parsed<T> {
  /** Absent where a value has the wrong type. Keys that nobody knows are left out of it. */
  readonly value?: T;
  /** Empty when all is well. */
  readonly problems: readonly Problem[];
}

/** Parses `input` with `schema`; every problem at once, unknown keys with the key that was probably meant. */
export function parse<S extends z.ZodType>(schema: S, input: unknown): Parsed<z.output<S>> {
  const result = schema.safeParse(input);
  if (result.success) {
    return { value: result.data, problems: [] };
  }
  const problems = problemsOf(result.error, input).map((problem) => withSuggestion(schema, problem));
  const known = schema.safeParse(withoutUnknownKeys(input, result.error));
  return known.success ? { value: known.data, problems } : { problems };
}

/** A copy without the keys that the issues call unknown; those inside of a union's branches stay. */
function withoutUnknownKeys(input: unknown, error: z.ZodError): unknown {
  const copy: unknown = structuredClone(input);
  for (const issue of error.issues) {
    const holder = issue.path.reduce<unknown>((value, key) => (isIndexable(value) ? value[key] : undefined), copy);
    if (issue.code === "unrecognized_keys" && isIndexable(holder)) {
      issue.keys.forEach((key) => Reflect.deleteProperty(holder, key));
    }
  }
  return copy;
}

function isIndexable(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === "object" && value !== null;
}

function withSuggestion(schema: z.ZodType, problem: Problem): Problem {
  if (problem.message !== "unknown key") {
    return problem;
  }
  const keys = problem.path.replaceAll(/\[(\d+)\]/g, ".$1").split(".");
  const known = knownKeys(schema, keys.slice(0, -1));
  const match = nearest(keys.at(-1) ?? "", known);
  const remediation = match === undefined ? `known keys: ${known.join(", ")}` : `did you mean ${match}?`;
  return known.length === 0 ? problem : { ...problem, remediation };
}
