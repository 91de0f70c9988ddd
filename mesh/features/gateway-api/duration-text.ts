const UNITS = [
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
] as const;

/** A duration as the Gateway API writes it (GEP-2257): whole numbers of hours, minutes, seconds and milliseconds. */
export function durationText(milliseconds: number): string {
  let rest = Math.round(milliseconds);
  const parts = UNITS.map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? "" : `${count}${unit}`;
  });
  return parts.join("") || "0s";
}
