import { ruleOf, type FlatRoute } from "./delegates.ts";
import { mirrorTarget, type Destination } from "./destination.ts";
import { faultsOf } from "./faults.ts";
import { fullHost } from "./hosts.ts";
import { describeMatch } from "./http-match.ts";
import { NOTHING, together, type Outcome } from "./outcome.ts";
import { rewritten } from "./rewrite.ts";
import { matchesString } from "./string-match.ts";
import { uriOf, type Chosen } from "./candidates.ts";
import type { MeshRequest, MirrorTarget, Retries, TraceStep } from "./types.ts";
import { nameOf, namespaceOf, type HttpRoute, type World } from "./world.ts";

/** Sends a share of the requests on to one destination. */
export type Send = (destination: Destination, request: MeshRequest, share: number) => Outcome;

/** Retries where no object says any (Istio 1.30, `pilot/pkg/networking/core/route/retry/retry.go`). */
const DEFAULT_RETRIES: Retries = {
  attempts: 2,
  perTryTimeout: null,
  retryOn: "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes",
  byDefault: true,
};

/** Conditions under which a try that took too long is made again; under all others its time ends the request with 504. Source: Envoy's `RetryStateImpl::wouldRetryFromReset`. */
const FOR_SLOW_TRIES = ["5xx", "gateway-error", "reset"];

/** What the chosen route makes of a share of the requests: its own answer, faults, copies, and its destinations. */
export function follow(world: World, chosen: Chosen, request: MeshRequest, share: number, send: Send): Outcome {
  const { route } = chosen.flat;
  const steps = stepsOf(chosen);
  const own = ownAnswer(route, request);
  if (own !== undefined) {
    const last = steps.at(-1);
    const says = `${last?.says ?? ""}; ${own.says}`;
    return { ...NOTHING, own, trace: [...steps.slice(0, -1), ...(last === undefined ? [] : [{ ...last, says }])] };
  }
  const { abort, delay } = faultsOf(route);
  const aborted = share * (abort?.probability ?? 0);
  const onward = rewritten(request, route, uriOf(chosen));
  const retries = retriesOf(route);
  const head: Outcome = {
    ...NOTHING,
    failures: abort === undefined ? [] : [{ status: abort.status, probability: aborted, because: "an injected abort" }],
    ...(delay === undefined ? {} : { delay }),
    ...(route.timeout === undefined || isZero(route.timeout) ? {} : { timeout: route.timeout }),
    ...(retries === undefined ? {} : { retries }),
    mirror: mirrorsOf(world, chosen.flat),
    trace: [...steps, ...effectSteps(chosen.flat, request, onward)],
  };
  const parts = weighted(chosen.flat).map(({ destination, weight }) =>
    send(destination, onward, (share - aborted) * weight),
  );
  return together([head, ...parts]);
}

/** The route's own word, or Istio's; undefined where retries are switched off. */
export function retriesOf({ retries }: HttpRoute): Retries | undefined {
  if (retries === undefined) {
    return DEFAULT_RETRIES;
  }
  const attempts = retries.attempts ?? DEFAULT_RETRIES.attempts;
  return attempts <= 0
    ? undefined
    : {
        attempts,
        perTryTimeout: retries.perTryTimeout ?? null,
        retryOn: retries.retryOn ?? DEFAULT_RETRIES.retryOn,
        byDefault: false,
      };
}

interface OwnAnswer {
  readonly status: number;
  readonly location?: string;
  readonly says: string;
}

function ownAnswer({ redirect, directResponse, corsPolicy }: HttpRoute, request: MeshRequest): OwnAnswer | undefined {
  if (redirect !== undefined) {
    const status = redirect.redirectCode ?? 301;
    const scheme = redirect.scheme ?? request.scheme;
    const port = redirect.port === undefined ? "" : `:${redirect.port}`;
    const location = `${scheme}://${redirect.authority ?? request.host}${port}${redirect.uri ?? request.path}`;
    return { status, location, says: `redirects to ${location}` };
  }
  if (directResponse !== undefined) {
    return { status: directResponse.status, says: `answers ${directResponse.status} itself` };
  }
  const origin = request.headers["origin"];
  const isPreflight = request.method === "OPTIONS" && request.headers["access-control-request-method"] !== undefined;
  const isAllowed = (corsPolicy?.allowOrigins ?? []).some((allowed) => matchesString(allowed, origin));
  return isPreflight && isAllowed
    ? { status: 200, says: `answers the CORS preflight of ${origin ?? ""} itself` }
    : undefined;
}

function stepsOf({ flat, match }: Chosen): TraceStep[] {
  const takes = `takes it: ${describeMatch(match)}`;
  return flat.objects.map((object, index) => ({
    object: nameOf(object),
    rule: ruleOf(flat, index),
    says:
      index === flat.objects.length - 1
        ? `${takes}; ${destinationWords(flat)}`
        : `delegates to ${nameOf(flat.objects[index + 1] ?? object)}`,
  }));
}

function destinationWords(flat: FlatRoute): string {
  const parts = weighted(flat).map(({ destination, weight }) => {
    const name = destination.subset ?? destination.host;
    return weight === 1 ? `sends it to ${name}` : `${Math.round(weight * 1e4) / 100} % to ${name}`;
  });
  return parts.length === 0 ? "no destination" : parts.join(", ");
}

function effectSteps(flat: FlatRoute, before: MeshRequest, after: MeshRequest): TraceStep[] {
  const last = flat.objects.length - 1;
  const object = flat.objects[last];
  const { fault, timeout, retries } = flat.route;
  const words = [
    ...(after.path === before.path ? [] : [`the path becomes ${after.path}`]),
    ...(after.host === before.host ? [] : [`the host becomes ${after.host}`]),
    ...(fault?.delay === undefined
      ? []
      : [`${fault.delay.percentage?.value ?? 100} % wait ${fault.delay.fixedDelay ?? ""}`]),
    ...(fault?.abort === undefined
      ? []
      : [`${fault.abort.percentage?.value ?? 100} % are ended with ${fault.abort.httpStatus ?? "a gRPC status"}`]),
    ...(timeout === undefined ? [] : [`timeout ${timeout}`]),
    ...(retries === undefined ? [] : [`${retries.attempts ?? 2} retries`]),
    ...slowTryWords(flat.route),
  ];
  return object === undefined || words.length === 0
    ? []
    : [{ object: nameOf(object), rule: ruleOf(flat, last), says: words.join("; ") }];
}

function slowTryWords(route: HttpRoute): string[] {
  const { perTryTimeout = null, retryOn = "" } = retriesOf(route) ?? {};
  const isTriedAgain = retryOn.split(",").some((condition) => FOR_SLOW_TRIES.includes(condition));
  return perTryTimeout === null || isTriedAgain
    ? []
    : [`a try of ${perTryTimeout} ends it, because retryOn is not for slow ones`];
}

/** Destinations with their shares; weights count against their sum, and a single destination needs none. */
function weighted({ route, objects }: FlatRoute): { readonly destination: Destination; readonly weight: number }[] {
  const namespace = namespaceOf(objects.at(-1) ?? { kind: "", metadata: { name: "" } });
  const targets = route.route ?? [];
  const total = targets.reduce((sum, { weight }) => sum + (weight ?? 0), 0);
  return targets.map(({ destination, weight }) => ({
    destination: {
      host: fullHost(destination.host, namespace),
      subset: destination.subset,
      port: destination.port?.number,
    },
    weight: total === 0 ? 1 / targets.length : (weight ?? 0) / total,
  }));
}

function mirrorsOf(world: World, { route, objects }: FlatRoute): MirrorTarget[] {
  const namespace = namespaceOf(objects.at(-1) ?? { kind: "", metadata: { name: "" } });
  const targets = [
    ...(route.mirror === undefined ? [] : [{ destination: route.mirror, percentage: route.mirrorPercentage }]),
    ...(route.mirrors ?? []),
  ];
  return targets.map(({ destination, percentage }) =>
    mirrorTarget(
      world,
      { host: fullHost(destination.host, namespace), subset: destination.subset },
      percentage?.value ?? 100,
    ),
  );
}

/** Istio reads a timeout of nought as none. */
function isZero(duration: string): boolean {
  return Number.parseFloat(duration) === 0;
}
