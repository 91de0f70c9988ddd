import type { AnalysisSpec } from "./schema/canary.ts";

/** What Prometheus says of a canary in one window; undefined: it has no such series, or no number. */
export interface Measurement {
  readonly requests: number | undefined;
  /** Per cent. */
  readonly successRate: number | undefined;
  readonly p99Milliseconds: number | undefined;
}

/** Whether a canary may go on. */
export interface Verdict {
  readonly kind: "pass" | "fail" | "unknown";
  readonly says: string;
}

/** Compares a window with the thresholds. */
export function verdictOf(analysis: AnalysisSpec, { requests, successRate, p99Milliseconds }: Measurement): Verdict {
  if (requests === undefined || requests < analysis.minimumRequests) {
    const seen = requests === undefined ? "no" : String(Math.floor(requests));
    return {
      kind: "unknown",
      says: `${seen} requests in ${analysis.windowSeconds} s, fewer than ${analysis.minimumRequests}`,
    };
  }
  if (successRate === undefined || p99Milliseconds === undefined) {
    return { kind: "unknown", says: "Prometheus has no number for the success rate or the latency" };
  }
  const words = `success rate ${successRate.toFixed(2)} % (at least ${analysis.successRate}), p99 ${Math.round(p99Milliseconds)} ms (at most ${analysis.p99Milliseconds}) over ${Math.floor(requests)} requests`;
  const isGood = successRate >= analysis.successRate && p99Milliseconds <= analysis.p99Milliseconds;
  return { kind: isGood ? "pass" : "fail", says: words };
}
