import type { Progress } from "../contracts.ts";
import type { FaultRule } from "../providers/protocol/faults.ts";
import type { Places } from "./paths.ts";

/** What every command of the driver is given. */
export interface DriverOptions {
  readonly places: Places;
  readonly progress: Progress;
  /** Ends the command in good order. */
  readonly signal: AbortSignal;
  /** The environment of the process, read once at the edge. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Application in place of the one that the stack names. Default: the stack's. */
  readonly catalog?: string;
  /** Operations that are made to go wrong: tests and drills. */
  readonly faults: readonly FaultRule[];
}
