import type { PropertyMap } from "./values.ts";

/** The operation was refused and nothing was changed. `message` is for people: it appears in the engine's diagnostics. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

/**
 * The object exists but did not become what was asked for (e.g. a Deployment that does not become available).
 * The engine keeps it in its state, with `outputs`, and the next update tries to fix it.
 */
export class InitFailed extends Error {
  override readonly name = "InitFailed";
  constructor(
    readonly id: string,
    readonly outputs: PropertyMap,
    /** One sentence each: why. */
    readonly reasons: readonly string[],
    /** The inputs that took effect, where they differ from those asked for. */
    readonly inputs?: PropertyMap,
  ) {
    super(reasons.join("; "));
  }
}
