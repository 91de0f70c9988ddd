import type { z } from "zod";
import type { Problem } from "./errors.ts";
import { knownKeys } from "./known-keys.ts";
import { nearest } from "./nearest.ts";
import { problemsOf } from "./zod-problems.ts";

/** What parsing gives: the value, or everything that is wrong with it. */
export type Parsed<T> =
  | { readonly value: T; readonly problems: readonly [] }
  | { readonly value?: undefined; readonly problems: readonly Problem[] };

/** Parses `input` with `schema`; every problem at once, unknown keys with the key that was probably meant. */
export function parse<S extends z.ZodType>(schema: S, input: unknown): Parsed<z.output<S>> {
  const result = schema.safeParse(input);
  if (result.success) {
    return { value: result.data, problems: [] };
  }
  return { problems: problemsOf(result.error, input).map((problem) => withSuggestion(schema, problem)) };
}

function withSuggestion(schema: z.ZodType, problem: Problem): Problem {
  if (problem.message !== "unknown key") {
    return problem;
  }
  const keys = problem.path.replaceAll(/\[(\d+)\]/g, ".$1").split(".");
  const known = knownKeys(schema, keys.slice(0, -1));
  const match = nearest(keys.at(-1) ?? "", known);
  const hint = match === undefined ? `known keys: ${known.join(", ")}` : `did you mean ${match}?`;
  return known.length === 0 ? problem : { ...problem, hint };
}
