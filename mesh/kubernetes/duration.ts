/** Units of a duration in milliseconds. */
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * Milliseconds of a duration as Istio writes it: a number and one of `ms`, `s`, `m`, `h`.
 * Undefined when the text is none, or is less than the millisecond that Istio needs.
 */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  const value = Number(match?.[1]) * (UNITS[match?.[2] ?? ""] ?? Number.NaN);
  return value >= 1 ? value : undefined;
}

/** Milliseconds of a duration that the schema has let pass. */
export function milliseconds(duration: string): number {
  const value = parseDuration(duration);
  if (value === undefined) {
    throw new Error(`${duration} is no duration`);
  }
  return value;
}
