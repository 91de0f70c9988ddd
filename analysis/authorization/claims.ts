import { matchesPattern } from "./patterns.ts";
import type { Claims } from "./request.ts";

/** Whether the token's `iss/sub` matches a request principal of a policy. Without a token nothing matches, not even `*`. */
export function matchesRequestPrincipal(pattern: string, claims: Claims | undefined): boolean {
  const [issuer, subject] = partsOf(pattern);
  return partMatches(issuer, claims?.["iss"]) && partMatches(subject, claims?.["sub"]);
}

/** A part of a pattern: any text, or one that is equal, begins, or ends so. */
interface Part {
  readonly kind: "any" | "exact" | "prefix" | "suffix";
  readonly text: string;
}

const ANY: Part = { kind: "any", text: "" };

/** Issuer and subject. A star counts at the beginning or at the end of the whole pattern, so only one of them can have it. */
function partsOf(pattern: string): readonly [Part, Part] {
  // The last slash: an issuer may be an address.
  const slash = pattern.lastIndexOf("/");
  const [issuer, subject] = slash < 0 ? [pattern, ""] : [pattern.slice(0, slash), pattern.slice(slash + 1)];
  const exact = (text: string): Part => ({ kind: "exact", text });
  if (pattern === "*") {
    return [ANY, ANY];
  }
  if (pattern.startsWith("*")) {
    const suffix: Part = { kind: "suffix", text: issuer.slice(1) };
    return slash < 0 ? [ANY, suffix] : [issuer === "*" ? ANY : suffix, exact(subject)];
  }
  if (pattern.endsWith("*")) {
    const prefix: Part = { kind: "prefix", text: (slash < 0 ? issuer : subject).slice(0, -1) };
    return slash < 0 ? [prefix, ANY] : [exact(issuer), subject === "*" ? ANY : prefix];
  }
  return [exact(issuer), exact(subject)];
}

function partMatches({ kind, text }: Part, value: unknown): boolean {
  if (typeof value !== "string") {
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

/** Claims that hold a list in one string, as OAuth does it. */
const SPACE_DELIMITED = ["scope", "permission"];

/** Whether a claim, or one of a list, matches. @param names the way to a nested claim */
export function matchesClaim(names: readonly string[], pattern: string, claims: Claims | undefined): boolean {
  const value = names.reduce<unknown>(
    (at, name) => (typeof at === "object" && at !== null ? (at as Claims)[name] : undefined),
    claims,
  );
  const isList = names.length === 1 && SPACE_DELIMITED.includes(names[0] ?? "");
  const items: unknown[] = Array.isArray(value)
    ? value
    : isList && typeof value === "string"
      ? value.split(" ")
      : [value];
  return items.some((item) => typeof item === "string" && matchesPattern(pattern, item));
}
