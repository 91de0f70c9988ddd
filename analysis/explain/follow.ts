import { nameOf, namespaceOf } from "../objects/object.ts";
import type { Chosen } from "./candidates.ts";
import { ruleOf, type FlatRoute } from "./delegates.ts";
import { mirrorTarget, targetsOf, type Destination } from "./destination.ts";
import { fullHost } from "./hosts.ts";
import { describeMatch, matchesString } from "./http-match.ts";
import { passed, step, together, type Outcome } from "./outcome.ts";
import { rewritten } from "./rewrite.ts";
import type { MeshRequest, MirrorTarget, Retries, TraceStep } from "./types.ts";
import type { HttpRoute, VirtualServiceView } from "./views.ts";
import type { Walk } from "./walk.ts";
import type { World } from "./world.ts";

/** Retries where no object sets any (Istio 1.30, `pilot/pkg/networking/core/route/retry/retry.go`). */
const DEFAULT_RETRIES: Retries = {
  attempts: 2,
  perTryTimeout: null,
  retryOn: "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes",
  byDefault: true,
};

/** Conditions under which a try that took too long is made again; under all others its time ends the request with 504. Source: Envoy's `RetryStateImpl::wouldRetryFromReset`. */
const FOR_SLOW_TRIES = ["5xx", "gateway-error", "reset"];

/** A gRPC status travels in a response with this one. */
const GRPC_OVER_HTTP = 200;

/**
 * What the chosen route makes of a share of the requests: its own answer, faults, copies, and its destinations.
 * @param send sends a part of them on to one destination
 */
export function follow<W extends Walk>(
  walk: W,
  { flat, match }: Chosen,
  send: (walk: W, destination: Destination) => Outcome,
): Outcome {
  const { world, request, share } = walk;
  const { route } = flat;
  const object = flat.objects.at(-1);
  const targets = object === undefined ? [] : targetsOf(object, route.route ?? []);
  const own = ownAnswer(route, request);
  const steps = stepsOf(flat, `${describeMatch(match)}; ${destinationWords(targets)}`, own?.message);
  if (own !== undefined) {
    return { ...passed(...steps), own };
  }
  const { abort, delay } = route.fault ?? {};
  const aborted = share * shareOf(abort);
  const onward = { ...walk, request: rewritten(request, route, match?.uri) };
  const status = abort?.httpStatus ?? GRPC_OVER_HTTP;
  const head: Outcome = {
    ...passed(...steps, ...effectSteps(flat, request, onward.request)),
    failures: abort === undefined ? [] : [{ status, probability: aborted, because: "an injected abort" }],
    delay: delay && { probability: shareOf(delay), delay: delay.fixedDelay ?? delay.exponentialDelay ?? "0s" },
    // Istio reads a timeout of nought as none.
    timeout: Number.parseFloat(route.timeout ?? "0") === 0 ? undefined : route.timeout,
    retries: retriesOf(route),
    mirror: object === undefined ? [] : mirrorsOf(world, route, object),
  };
  return together(
    head,
    ...targets.map(({ destination, weight }) => send({ ...onward, share: (share - aborted) * weight }, destination)),
  );
}

/** The route's own retries, or Istio's; undefined where they are switched off. */
function retriesOf({ retries }: HttpRoute): Retries | undefined {
  if (retries === undefined) {
    return DEFAULT_RETRIES;
  }
  const { attempts = DEFAULT_RETRIES.attempts, perTryTimeout = null, retryOn = DEFAULT_RETRIES.retryOn } = retries;
  return attempts <= 0 ? undefined : { attempts, perTryTimeout, retryOn, byDefault: false };
}

/** Share of the requests that a fault meets, 0 to 1: without a percentage every one, as Istio reads it. */
function shareOf(fault: { readonly percentage?: { readonly value?: number } } | undefined): number {
  return fault === undefined ? 0 : (fault.percentage?.value ?? 100) / 100;
}

interface OwnAnswer {
  readonly status: number;
  readonly location?: string;
  readonly message: string;
}

function ownAnswer({ redirect, directResponse, corsPolicy }: HttpRoute, request: MeshRequest): OwnAnswer | undefined {
  if (redirect !== undefined) {
    const { redirectCode = 301, scheme = request.scheme, authority = request.host, uri = request.path } = redirect;
    const port = redirect.port === undefined ? "" : `:${redirect.port}`;
    const location = `${scheme}://${authority}${port}${uri}`;
    return { status: redirectCode, location, message: `redirects to ${location}` };
  }
  if (directResponse !== undefined) {
    return { status: directResponse.status, message: `answers ${directResponse.status} itself` };
  }
  const { origin, "access-control-request-method": asked } = request.headers;
  const isPreflight = request.method === "OPTIONS" && asked !== undefined;
  const isAllowed = (corsPolicy?.allowOrigins ?? []).some((allowed) => matchesString(allowed, origin));
  const message = `answers the CORS preflight of ${origin ?? ""} itself`;
  return isPreflight && isAllowed ? { status: 200, message } : undefined;
}

function stepsOf(flat: FlatRoute, taken: string, own: string | undefined): TraceStep[] {
  return flat.objects.map((object, index) => {
    const delegate = flat.objects[index + 1];
    const message =
      delegate === undefined
        ? `takes it: ${taken}${own === undefined ? "" : `; ${own}`}`
        : `delegates to ${nameOf(delegate)}`;
    return step(object, message, ruleOf(flat, index));
  });
}

function destinationWords(targets: ReturnType<typeof targetsOf>): string {
  const parts = targets.map(({ destination: { subset, host }, weight }) =>
    weight === 1 ? `sends it to ${subset ?? host}` : `${Math.round(weight * 1e4) / 100} % to ${subset ?? host}`,
  );
  return parts.join(", ") || "no destination";
}

function effectSteps(flat: FlatRoute, before: MeshRequest, after: MeshRequest): TraceStep[] {
  const last = flat.objects.length - 1;
  const object = flat.objects[last];
  const { fault: { delay, abort } = {}, timeout, retries } = flat.route;
  const words = [
    after.path !== before.path && `the path becomes ${after.path}`,
    after.host !== before.host && `the host becomes ${after.host}`,
    delay && `${delay.percentage?.value ?? 100} % wait ${delay.fixedDelay ?? ""}`,
    abort && `${abort.percentage?.value ?? 100} % are ended with ${abort.httpStatus ?? "a gRPC status"}`,
    timeout !== undefined && `timeout ${timeout}`,
    retries && `${retries.attempts ?? DEFAULT_RETRIES.attempts} retries`,
    slowTryWords(flat.route),
  ].filter((text) => typeof text === "string");
  return object === undefined || words.length === 0 ? [] : [step(object, words.join("; "), ruleOf(flat, last))];
}

function slowTryWords(route: HttpRoute): string | undefined {
  const { perTryTimeout = null, retryOn = "" } = retriesOf(route) ?? {};
  const isTriedAgain = retryOn.split(",").some((condition) => FOR_SLOW_TRIES.includes(condition));
  return perTryTimeout === null || isTriedAgain
    ? undefined
    : `a try of ${perTryTimeout} ends it, because retryOn is not for slow ones`;
}

function mirrorsOf(world: World, { mirror, mirrorPercentage, mirrors = [] }: HttpRoute, object: VirtualServiceView) {
  const first = mirror === undefined ? [] : [{ destination: mirror, percentage: mirrorPercentage }];
  return [...first, ...mirrors].map(({ destination: { host, subset }, percentage }): MirrorTarget => {
    const destination = { host: fullHost(host, namespaceOf(object)), subset };
    return mirrorTarget(world, destination, percentage?.value ?? 100);
  });
}
