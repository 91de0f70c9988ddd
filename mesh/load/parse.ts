import type { z } from "zod";
import { problem, type Problem } from "../stack/errors.ts";
import { knownKeys } from "./known-keys.ts";
import { didYouMean } from "../stack/nearest.ts";
import { formatPath, valueAt, type Path } from "../stack/paths.ts";
import { renamed } from "./renamed-keys.ts";

type Issue = z.core.$ZodIssue;

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
  const problems = result.error.issues.flatMap((issue) => problemsOf(issue, { schema, input, at: [] }));
  const known = schema.safeParse(withoutUnknownKeys(input, result.error));
  return known.success ? { value: known.data, problems } : { problems };
}

/** A copy without the keys that the issues call unknown; those inside of a union's branches stay. */
function withoutUnknownKeys(input: unknown, error: z.ZodError): unknown {
  const copy: unknown = structuredClone(input);
  for (const issue of error.issues) {
    const holder = valueAt(copy, issue.path);
    if (issue.code === "unrecognized_keys" && typeof holder === "object" && holder !== null) {
      issue.keys.forEach((key) => Reflect.deleteProperty(holder, key));
    }
  }
  return copy;
}

/** What is parsed with what, and where in it an issue's path begins. */
interface Context {
  readonly schema: z.ZodType;
  readonly input: unknown;
  readonly at: Path;
}

/** The problems of one of zod's issues: what was expected, what was found, and the remediation where it is known. */
function problemsOf(issue: Issue, context: Context): Problem[] {
  const path = [...context.at, ...issue.path];
  const value = valueAt(context.input, path);
  const expected = (message: string, remediation?: string) => [
    problem(formatPath(path), `${isOwn(issue.message) ? issue.message : message}; got ${describe(value)}`, remediation),
  ];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey([...path, key], context));
    case "invalid_type": {
      const quote = issue.expected === "string" && typeof value === "number";
      return expected(
        `expected ${TYPE_NAMES[issue.expected] ?? issue.expected}`,
        quote ? "quote it in YAML" : undefined,
      );
    }
    case "invalid_value": {
      const names = issue.values.map((known) => JSON.stringify(known)).join(" or ");
      const meant = typeof value === "string" ? didYouMean(value, issue.values.map(String), undefined) : undefined;
      return [problem(formatPath(path), `expected ${names}; got ${describe(value)}`, meant)];
    }
    case "too_small":
      return expected(`expected at least ${issue.minimum}${UNITS[issue.origin] ?? ""}`);
    case "too_big":
      return expected(`expected at most ${issue.maximum}${UNITS[issue.origin] ?? ""}`);
    case "invalid_union": {
      const best = bestBranch(issue.errors);
      return best === undefined || isOwn(issue.message)
        ? expected(issue.message)
        : best.flatMap((inner) => problemsOf(inner, { ...context, at: path }));
    }
    case "invalid_key": {
      const message = issue.issues[0]?.message ?? "this key is not allowed";
      return [problem(formatPath(path), `${message}; got the key ${JSON.stringify(String(path.at(-1)))}`)];
    }
    default:
      return expected(issue.message);
  }
}

function unknownKey(path: Path, { schema, input }: Context): Problem {
  const known = knownKeys(schema, path.slice(0, -1).map(String));
  const otherwise = known.length === 0 ? undefined : `known keys: ${known.join(", ")}`;
  return (
    renamed(path, valueAt(input, path)) ??
    problem(formatPath(path), "unknown key", didYouMean(String(path.at(-1)), known, otherwise))
  );
}

/**
 * Of a union's branches, the one that fits best: the fewest issues below it. A branch that fails at the value itself has the
 * wrong type altogether; one that fails below it was meant.
 */
function bestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const rank = (issues: readonly Issue[]) =>
    issues.length + (issues.some(({ path, code }) => path.length === 0 && code !== "unrecognized_keys") ? 1000 : 0);
  return branches.filter((issues) => issues.length > 0).sort((a, b) => rank(a) - rank(b))[0];
}

/** Whether a schema wrote the message itself. */
function isOwn(message: string): boolean {
  return message.startsWith("expected ");
}

const UNITS: Readonly<Record<string, string>> = { string: " characters", array: " entries" };

const TYPE_NAMES: Readonly<Record<string, string>> = {
  number: "a number",
  int: "a whole number",
  string: "a string",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

function describe(value: unknown): string {
  if (value === undefined) {
    return "nothing";
  }
  // JSON has no word for NaN and infinity.
  const text = typeof value === "number" ? String(value) : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
