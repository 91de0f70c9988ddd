/**
 * Whether a value matches a pattern of an AuthorizationPolicy: exact, `prefix*`, `*suffix`, or `*` for anything but nothing.
 * Case counts.
 */
export function matchesPattern(pattern: string, value: string | undefined): boolean {
  if (value === undefined) {
    return false;
  }
  if (pattern === "*") {
    return value !== "";
  }
  if (pattern.startsWith("*")) {
    return value.endsWith(pattern.slice(1));
  }
  return pattern.endsWith("*") ? value.startsWith(pattern.slice(0, -1)) : value === pattern;
}

/** Hosts are compared without regard to case (Istio since CVE-2021-39155). */
export function matchesHost(pattern: string, host: string | undefined): boolean {
  return matchesPattern(pattern.toLowerCase(), host?.toLowerCase());
}

/** A path pattern: as others, or a template with `{*}` for one segment and `{**}` for any number of them. */
export function matchesPath(pattern: string, path: string): boolean {
  return pattern.includes("{*}") || pattern.includes("{**}")
    ? templateRegex(pattern).test(path)
    : matchesPattern(pattern, path);
}

function templateRegex(template: string): RegExp {
  const wildcards: Readonly<Record<string, string>> = { "{**}": ".*", "{*}": "[^/]+" };
  const segments = template.split(/(\{\*\*\}|\{\*\})/).map((part) => wildcards[part] ?? escapeRegex(part));
  return new RegExp(`^${segments.join("")}$`);
}

/** Text that a regular expression takes literally. */
export function escapeRegex(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

/**
 * The two lists of a field, as Istio joins them: one of the values matches, and none of the others. A field without values
 * holds for everything.
 */
export function holds(
  values: readonly string[] = [],
  notValues: readonly string[] = [],
  matches: (value: string) => boolean,
): boolean {
  return (values.length === 0 || values.some(matches)) && !notValues.some(matches);
}
