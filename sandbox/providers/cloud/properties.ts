import type { Plain } from "../protocol/index.ts";
import type { Properties } from "./types.ts";

/** The text, or an empty one when the value is something else or absent. */
export function textOf(value: Plain | undefined): string {
  return typeof value === "string" ? value : "";
}

/** The number; a text of digits counts, since programs write ports and sizes either way. */
export function numberOf(value: Plain | undefined, otherwise: number): number {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : otherwise;
}

/** The texts of a list; an empty list when the value is something else or absent. */
export function textsOf(value: Plain | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((element) => typeof element === "string") : [];
}

/** The named values; an empty object when the value is something else or absent. */
export function recordOf(value: Plain | undefined): Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

/** The objects of a list; an empty list when the value is something else or absent. */
export function recordsOf(value: Plain | undefined): readonly Properties[] {
  return Array.isArray(value) ? value.map(recordOf) : [];
}
