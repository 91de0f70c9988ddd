import { EXIT } from "./exit-codes.ts";

/** npm and the terminal both deliver one Ctrl-C: what comes this soon after the first is the same one. */
const ECHO_MS = 500;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs `work` with a signal that Ctrl-C aborts. The second Ctrl-C ends the process at once.
 * @param say receives one line for the user at the first Ctrl-C
 */
export async function interruptible<T>(
  say: (line: string) => void,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let first: number | undefined;
  const onSignal = (): void => {
    const now = Date.now();
    if (first === undefined) {
      first = now;
      say("stopping in good order; Ctrl-C again ends at once");
      controller.abort();
    } else if (now - first > ECHO_MS) {
      process.exit(EXIT.interrupted);
    }
  };
  SIGNALS.forEach((signal) => process.on(signal, onSignal));
  try {
    return await work(controller.signal);
  } finally {
    SIGNALS.forEach((signal) => process.off(signal, onSignal));
  }
}
