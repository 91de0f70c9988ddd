/** Istio's StringMatch; an empty one asks only that the value is there. */
export interface StringMatch {
  readonly exact?: string;
  readonly prefix?: string;
  readonly regex?: string;
}

/** Whether a value satisfies it. A regular expression must match the whole value, as in Envoy. */
export function matchesString(match: StringMatch, value: string | undefined, ignoreCase = false): boolean {
  if (value === undefined) {
    return false;
  }
  const fold = (text: string): string => (ignoreCase ? text.toLowerCase() : text);
  if (match.exact !== undefined) {
    return fold(value) === fold(match.exact);
  }
  if (match.prefix !== undefined) {
    return fold(value).startsWith(fold(match.prefix));
  }
  // Istio takes the bare `*`, which is no regular expression, for "present".
  return isPresence(match) || wholeRegex(match.regex ?? "", ignoreCase).test(value);
}

/** Whether it asks for nothing but presence. */
export function isPresence({ exact, prefix, regex }: StringMatch): boolean {
  return exact === undefined && prefix === undefined && (regex === undefined || regex === "*");
}

/** How a reader sees it: `= "true"`, `starts with "/cart/"`, `matches ^a.*$`. */
export function describeString(match: StringMatch): string {
  if (match.exact !== undefined) {
    return `= ${JSON.stringify(match.exact)}`;
  }
  if (match.prefix !== undefined) {
    return `starts with ${JSON.stringify(match.prefix)}`;
  }
  return isPresence(match) ? "is present" : `matches ${match.regex ?? ""}`;
}

const compiled = new Map<string, RegExp>();

/** RE2 writes the case-insensitive group at the start, which JavaScript has as a flag. */
function wholeRegex(source: string, ignoreCase: boolean): RegExp {
  const key = `${ignoreCase ? "i" : ""}:${source}`;
  const known = compiled.get(key);
  if (known !== undefined) {
    return known;
  }
  const insensitive = source.startsWith("(?i)");
  const regex = new RegExp(`^(?:${insensitive ? source.slice(4) : source})$`, insensitive || ignoreCase ? "iu" : "u");
  compiled.set(key, regex);
  return regex;
}
