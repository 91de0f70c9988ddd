import type { Progress, ProgressEvent } from "../../sandbox/contracts.ts";
import { styleFor } from "./style.ts";

/** What progress is drawn on. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Draws progress until it is closed. */
export interface ProgressView {
  readonly report: Progress;
  /** Ends the bar, so that the next output begins on a line of its own. */
  close(): void;
}

const BAR_WIDTH = 24;
/** In a log, counted steps are told this often. */
const LOG_EVERY_MS = 5000;
const REDRAW_EVERY_MS = 80;

/** A bar that redraws itself on a terminal; plain lines elsewhere. */
export function progressView(stream: ProgressStream, now: () => number = Date.now): ProgressView {
  return stream.isTTY === true ? terminalView(stream, now) : logView(stream, now);
}

/** One line for each step that is not counted; of counted ones the first, then now and then, and the end of their phase. */
function logView(stream: ProgressStream, now: () => number): ProgressView {
  let last: ProgressEvent | undefined;
  let told: ProgressEvent | undefined;
  let at = now();
  const tell = (event: ProgressEvent): void => {
    stream.write(`${event.phase}: ${lineOf(event)}\n`);
    told = event;
    at = now();
  };
  const endPhase = (): void => {
    if (last?.done !== undefined && last !== told) {
      tell(last);
    }
  };
  return {
    report(event) {
      const isFirst = last?.phase !== event.phase;
      if (isFirst) {
        endPhase();
      }
      const isDue = isFirst || now() - at >= LOG_EVERY_MS;
      if (event.done === undefined ? event.message !== told?.message : isDue) {
        tell(event);
      }
      last = event;
    },
    close: endPhase,
  };
}

function terminalView(stream: ProgressStream, now: () => number): ProgressView {
  const color = styleFor(stream);
  let phase: string | undefined;
  let drawnAt = 0;
  const clear = (): void => void stream.write("\r\u001b[K");
  return {
    report(event) {
      const time = now();
      if (event.phase === phase && time - drawnAt < REDRAW_EVERY_MS) {
        return;
      }
      phase = event.phase;
      drawnAt = time;
      const text = `${event.phase} ${bar(event)}${event.message}`;
      clear();
      stream.write(color.dim(text.slice(0, Math.max(20, (stream.columns ?? 80) - 1))));
    },
    close: clear,
  };
}

function bar({ done, total }: ProgressEvent): string {
  if (done === undefined || total === undefined || total === 0) {
    return "";
  }
  const filled = Math.round((Math.min(done, total) / total) * BAR_WIDTH);
  return `[${"#".repeat(filled)}${"-".repeat(BAR_WIDTH - filled)}] ${done}/${total} `;
}

function lineOf({ message, done, total }: ProgressEvent): string {
  return done === undefined ? message : `${message} (${done} of ${total ?? "?"} done)`;
}
