import { RE2JS } from "re2js";

/** Whether Envoy can use the text as a pattern: the syntax of RE2, which has no look-around and no back-references. */
export function isPattern(text: string): boolean {
  try {
    RE2JS.compile(text);
    return text !== "";
  } catch {
    return false;
  }
}

/** The text as a pattern that matches just itself. */
export function quotePattern(text: string): string {
  return RE2JS.quote(text);
}

/** Whether the whole text matches the pattern, as Envoy asks. */
export function wholeMatch(pattern: string, text: string): boolean {
  return compiled(pattern).matches(text);
}

/**
 * The text with every match replaced, as Envoy does it (`RE2::GlobalReplace`): in the replacement `\1` to `\9` are groups, `\0` is
 * the whole match, and `\\` a backslash. No empty match follows another match directly.
 */
export function replaceMatches(pattern: string, text: string, replacement: string): string {
  const matcher = compiled(pattern).matcher(text);
  let result = "";
  let end = 0;
  let isFirst = true;
  while (matcher.find()) {
    if (isFirst || matcher.end() > matcher.start() || matcher.start() > end) {
      const written = replacement.replaceAll(/\\([\d\\])/g, (_, group: string) =>
        group === "\\" ? group : Number(group) > matcher.groupCount() ? "" : (matcher.group(Number(group)) ?? ""),
      );
      result += text.slice(end, matcher.start()) + written;
      end = matcher.end();
      isFirst = false;
    }
  }
  return result + text.slice(end);
}

const patterns = new Map<string, RE2JS>();

/** Compiled once: explanations compare many requests with the same patterns. */
function compiled(pattern: string): RE2JS {
  const known = patterns.get(pattern) ?? RE2JS.compile(pattern);
  patterns.set(pattern, known);
  return known;
}
