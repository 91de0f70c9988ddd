import type { Problem } from "../stack/errors.ts";

/** The price list has nothing for what a stack uses. */
export class NoPriceError extends Error {
  override readonly name = "NoPriceError";
  constructor(
    /** The key that holds it, and what is known. */
    readonly problem: Problem,
  ) {
    super(`${problem.path}: ${problem.message}`);
  }
}
