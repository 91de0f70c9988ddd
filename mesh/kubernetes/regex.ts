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
  return RE2JS.compile(pattern).matches(text);
}
