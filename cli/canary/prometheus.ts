import type { CanaryQueries } from "../../mesh/features/canary/queries.ts";
import type { Measurement } from "../../mesh/features/canary/verdict.ts";

/** Where Prometheus answers. */
export interface PrometheusAccess {
  /** Address without the path of the API, e.g. `http://127.0.0.1:9090`. */
  readonly url: string;
  /** Bearer token, for a Prometheus behind a login. */
  readonly token?: string;
}

const TIMEOUT_MS = 10_000;

/** Asks for one window. @throws Error when Prometheus does not answer, or refuses a query. */
export async function measure(access: PrometheusAccess, queries: CanaryQueries): Promise<Measurement> {
  const [requests, successRate, p99Milliseconds] = await Promise.all(
    [queries.requests, queries.successRate, queries.p99Milliseconds].map((query) => instant(access, query)),
  );
  return { requests, successRate, p99Milliseconds };
}

/** The one number of an instant query; undefined for an empty result and for NaN. */
async function instant({ url, token }: PrometheusAccess, query: string): Promise<number | undefined> {
  const response = await fetch(`${url.replace(/\/$/, "")}/api/v1/query`, {
    method: "POST",
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    body: new URLSearchParams({ query }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const answer = answerOf(await response.text());
  if (!response.ok || answer?.status !== "success") {
    throw new Error(`Prometheus answers ${response.status}: ${answer?.error ?? "not in the shape of its API"}`);
  }
  const value = Number(answer.data?.result?.[0]?.value?.[1] ?? Number.NaN);
  return Number.isFinite(value) ? value : undefined;
}

interface QueryAnswer {
  readonly status?: string;
  readonly error?: string;
  readonly data?: { readonly result?: readonly { readonly value?: readonly [number, string] }[] };
}

function answerOf(text: string): QueryAnswer | undefined {
  try {
    return JSON.parse(text) as QueryAnswer;
  } catch {
    // A proxy's own page, for example.
    return undefined;
  }
}
