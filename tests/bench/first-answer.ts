import { setTimeout as sleep } from "node:timers/promises";
import { readForwards } from "../../sandbox/cluster/forwards.ts";

const LOOK_EVERY_MS = 250;
const ANSWER_WITHIN_MS = 2_000;

/** A route of the catalog ecommerce. */
const PATH = "products";

/**
 * Seconds from now until the ingress gateway answers a request of this machine with 200, by the address for browsers.
 * Undefined when the signal aborts before, as where no pods run.
 * @param forwards the file that tells the address, which may come later
 */
export async function firstAnswer(forwards: string, signal: AbortSignal): Promise<number | undefined> {
  const started = performance.now();
  while (!signal.aborted) {
    const url = readForwards(forwards).find((one) => one.url !== undefined)?.url;
    if (url !== undefined && (await answers(new URL(PATH, url), signal))) {
      return (performance.now() - started) / 1000;
    }
    await sleep(LOOK_EVERY_MS, undefined, { ref: false });
  }
  return undefined;
}

async function answers(url: URL, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]) });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    // Nobody listens or answers yet: that is what is waited for.
    return false;
  }
}
