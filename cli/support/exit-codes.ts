/** What the process ends with. */
export const EXIT = {
  ok: 0,
  failed: 1,
  /** The command line itself was wrong; nothing was done. */
  usage: 2,
  /** Ended by Ctrl-C or a signal. */
  interrupted: 130,
} as const;

/** The command line was not understood. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly code = "usage";
}

/** All was done and printed, and the answer is that not all is well. Nothing more is to be said. */
export class Outcome extends Error {
  override readonly name = "Outcome";
}
