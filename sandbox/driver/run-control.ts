import type { RunControl } from "./run-operation.ts";
import type { CommandError } from "../../mesh/stack/errors.ts";

/** A run that can be ended by the user's signal, or from the inside with a reason. */
export interface EndableRun extends RunControl {
  /** Ends the run; the first reason counts. */
  end(reason: CommandError): void;
}

/** Joins the user's signal with an end from the inside. */
export function endableRun(signal: AbortSignal): EndableRun {
  const inside = new AbortController();
  let cause: CommandError | undefined;
  return {
    signal: AbortSignal.any([signal, inside.signal]),
    cause: () => cause,
    end(reason) {
      cause ??= reason;
      inside.abort(reason);
    },
  };
}
