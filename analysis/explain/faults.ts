import type { HttpRoute } from "./world.ts";

/** What a route injects. */
export interface InjectedFaults {
  /** Share of the requests that are ended, 0 to 1, and how. */
  readonly abort: { readonly probability: number; readonly status: number } | undefined;
  readonly delay: { readonly probability: number; readonly delay: string } | undefined;
}

/** The faults of a route. A fault without a percentage is injected into every request, as Istio reads it. */
export function faultsOf({ fault }: HttpRoute): InjectedFaults {
  const abort = fault?.abort;
  const delay = fault?.delay;
  return {
    abort:
      abort === undefined
        ? undefined
        : { probability: share(abort.percentage?.value), status: abort.httpStatus ?? GRPC_OVER_HTTP },
    delay:
      delay === undefined
        ? undefined
        : { probability: share(delay.percentage?.value), delay: delay.fixedDelay ?? delay.exponentialDelay ?? "0s" },
  };
}

/** A gRPC status travels in a response with this one. */
const GRPC_OVER_HTTP = 200;

function share(percent: number | undefined): number {
  return (percent ?? 100) / 100;
}
