import type { z } from "zod";
import type { Problem } from "../stack/errors.ts";
import { nearest } from "../stack/nearest.ts";

type Issue = z.core.$ZodIssue;

/** Turns zod's issues into problems: expected, got, and the remediation where it is known. `input` is what was parsed. */
export function problemsOf(error: z.ZodError, input: unknown): Problem[] {
  return error.issues.flatMap((issue) => problemsOfIssue(issue, input, []));
}

function problemsOfIssue(issue: Issue, input: unknown, prefix: readonly PropertyKey[]): Problem[] {
  const path = [...prefix, ...issue.path];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey([...path, key]));
    case "invalid_type":
      return [
        problem(
          path,
          `${isCustom(issue.message) ? issue.message : `expected ${withArticle(issue.expected)}`}; got ${describe(valueAt(input, path))}`,
          issue.expected === "string" && typeof valueAt(input, path) === "number" ? "quote it in YAML" : undefined,
        ),
      ];
    case "invalid_value":
      return [
        problem(
          path,
          `expected ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}; got ${describe(valueAt(input, path))}`,
          suggestion(valueAt(input, path), issue.values.map(String)),
        ),
      ];
    case "too_small":
      return [problem(path, `${bound(issue, "at least", issue.minimum)}; got ${describe(valueAt(input, path))}`)];
    case "too_big":
      return [problem(path, `${bound(issue, "at most", issue.maximum)}; got ${describe(valueAt(input, path))}`)];
    case "invalid_union":
      return problemsOfUnion(issue, input, path);
    case "invalid_key":
      return [
        problem(
          path,
          `${issue.issues[0]?.message ?? "this key is not allowed"}; got the key ${JSON.stringify(String(path.at(-1)))}`,
        ),
      ];
    default:
      return [problem(path, `${issue.message}; got ${describe(valueAt(input, path))}`)];
  }
}

/** Of a union's branches, the one that fits best speaks: the fewest issues below it. */
function problemsOfUnion(
  issue: Extract<Issue, { code: "invalid_union" }>,
  input: unknown,
  path: readonly PropertyKey[],
): Problem[] {
  const branches = [...issue.errors].filter((issues) => issues.length > 0);
  const best = branches.sort((a, b) => rank(a) - rank(b))[0];
  if (best === undefined || isCustom(issue.message)) {
    return [problem(path, `${issue.message}; got ${describe(valueAt(input, path))}`)];
  }
  return best.flatMap((inner) => problemsOfIssue(inner, input, path));
}

/** A branch that fails at the value itself has the wrong type altogether; one that fails below it was meant. */
function rank(issues: readonly Issue[]): number {
  const atRoot = issues.some((issue) => issue.path.length === 0 && issue.code !== "unrecognized_keys");
  return (atRoot ? 1000 : 0) + issues.length;
}

function isCustom(message: string): boolean {
  return message.startsWith("expected ");
}

/** Keys that are known at a place are not in the issue; `nearest` is applied by the caller that has the schema. */
function unknownKey(path: readonly PropertyKey[]): Problem {
  return problem(path, "unknown key");
}

function bound(
  issue: { readonly origin: string; readonly message: string },
  word: string,
  limit: number | bigint,
): string {
  if (isCustom(issue.message)) {
    return issue.message;
  }
  const unit = { string: " characters", array: " entries" }[issue.origin] ?? "";
  return `expected ${word} ${String(limit)}${unit}`;
}

function suggestion(value: unknown, known: readonly string[]): string | undefined {
  const match = typeof value === "string" ? nearest(value, known) : undefined;
  return match === undefined ? undefined : `did you mean ${match}?`;
}

function problem(path: readonly PropertyKey[], message: string, remediation?: string): Problem {
  return { path: formatPath(path), message, ...(remediation === undefined ? {} : { remediation }) };
}

/** `["a", 0, "b"]` as `a[0].b`. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") {
      return `${text}[${part}]`;
    }
    return text === "" ? String(part) : `${text}.${String(part)}`;
  }, "");
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    input,
  );
}

function describe(value: unknown): string {
  if (value === undefined) {
    return "nothing";
  }
  // JSON has no word for NaN and infinity.
  const text = typeof value === "number" ? String(value) : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function withArticle(expected: string): string {
  const names: Record<string, string> = {
    number: "a number",
    int: "a whole number",
    string: "a string",
    boolean: "true or false",
    array: "a list",
    object: "an object",
    record: "an object",
  };
  return names[expected] ?? expected;
}
