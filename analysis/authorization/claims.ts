import { matchesPattern } from "./patterns.ts";
import type { Claims } from "./request.ts";

/** Whether the token's `iss/sub` matches a request principal of a policy. Without a token nothing matches, not even `*`. */
export function matchesRequestPrincipal(pattern: string, claims: Claims | undefined): boolean {
  const { issuer, subject } = patternsOf(pattern);
  return matches(issuer, textOf(claims?.["iss"])) && matches(subject, textOf(claims?.["sub"]));
}

interface Part {
  readonly kind: "any" | "exact" | "prefix" | "suffix";
  readonly text: string;
}

const ANY: Part = { kind: "any", text: "" };

/** A star counts at the beginning or at the end of the whole pattern, so of issuer and subject only one can have it. */
function patternsOf(pattern: string): { readonly issuer: Part; readonly subject: Part } {
  if (pattern === "*") {
    return { issuer: ANY, subject: ANY };
  }
  // The last slash: an issuer may be an address.
  const slash = pattern.lastIndexOf("/");
  const issuer = slash < 0 ? pattern : pattern.slice(0, slash);
  const subject = slash < 0 ? "" : pattern.slice(slash + 1);
  if (pattern.startsWith("*")) {
    return slash < 0
      ? { issuer: ANY, subject: { kind: "suffix", text: pattern.slice(1) } }
      : { issuer: issuer === "*" ? ANY : { kind: "suffix", text: issuer.slice(1) }, subject: exact(subject) };
  }
  if (pattern.endsWith("*")) {
    return slash < 0
      ? { issuer: { kind: "prefix", text: pattern.slice(0, -1) }, subject: ANY }
      : { issuer: exact(issuer), subject: subject === "*" ? ANY : { kind: "prefix", text: subject.slice(0, -1) } };
  }
  return { issuer: exact(issuer), subject: exact(subject) };
}

function exact(text: string): Part {
  return { kind: "exact", text };
}

function matches({ kind, text }: Part, value: string | undefined): boolean {
  if (value === undefined) {
    return false;
  }
  switch (kind) {
    case "any":
      return value !== "";
    case "prefix":
      return value.startsWith(text);
    case "suffix":
      return value.endsWith(text);
    case "exact":
      return value === text;
  }
}

/** Whether a claim, or one of a list, matches. `names` is the way to a nested claim. */
export function matchesClaim(names: readonly string[], pattern: string, claims: Claims | undefined): boolean {
  let value: unknown = claims;
  for (const name of names) {
    value = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  }
  return listOf(names, value).some((item) => matchesPattern(pattern, item));
}

/** Claims that hold a list in one string, as OAuth does it. */
const SPACE_DELIMITED = ["scope", "permission"];

function listOf(names: readonly string[], value: unknown): string[] {
  if (Array.isArray(value)) {
    return value.filter((item) => typeof item === "string");
  }
  const text = textOf(value);
  if (text === undefined) {
    return [];
  }
  return names.length === 1 && SPACE_DELIMITED.includes(names[0] ?? "") ? text.split(" ") : [text];
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
