import { decide, type Decision } from "../authorization/authorize.ts";
import { peerMode } from "../authorization/peer-mode.ts";
import type { Workload } from "../authorization/request.ts";
import { policiesFor, type SelectedPolicies } from "../authorization/select.ts";
import { isAttachedTo, policiesAtWaypoint, type Waypoint, type WaypointTarget } from "../authorization/waypoint.ts";
import { policiesAtZtunnel } from "../authorization/ztunnel.ts";
import { hasLabels, nameOf, namespaceOf } from "../objects/object.ts";
import { passed, step, type Outcome } from "./outcome.ts";
import { judgeToken } from "./token.ts";
import type { TraceStep } from "./types.ts";
import type { RequestAuthenticationView } from "./views.ts";
import type { Walk } from "./walk.ts";
import type { World } from "./world.ts";

/** How a connection arrives at a workload. */
export interface Peer {
  /** Identity of the caller; undefined for plain text. */
  readonly principal: string | undefined;
  /** Port of the pod. */
  readonly port: number;
  /** The workload is a gateway: the TLS of its servers decides who may connect, not PeerAuthentication. */
  readonly isGateway?: boolean;
}

/** Whether a workload takes a request; if not, what the caller gets. */
export interface Admission {
  /** Undefined: it takes the request. 503: the connection fails before there is a response. */
  readonly status: 401 | 403 | 503 | undefined;
  readonly because: string;
  readonly steps: readonly TraceStep[];
}

/** A share that a policy refuses. @param status by default the admission's; null: the connection is closed */
export function refused(
  admission: Admission,
  probability: number,
  status: number | null = admission.status ?? null,
): Outcome {
  const { because, steps } = admission;
  return { ...passed(...steps), failures: [{ status, probability, because, byPolicy: true }] };
}

/**
 * What the proxy of a workload does with a request before the workload sees it: mutual TLS, token, authorization. Without a sidecar that is
 * ztunnel, which asks for no token and by its rules for no more than a connection shows.
 */
export function admit(walk: Walk, workload: Workload, peer: Peer): Admission {
  const { authorizationPolicies, ambient, rootNamespace } = walk.world;
  const transport = peer.isGateway === true ? undefined : judgeTransport(walk.world, workload, peer);
  const transportSteps = transport === undefined ? [] : [transport.step];
  if (transport?.because !== undefined) {
    return { status: 503, because: transport.because, steps: transportSteps };
  }
  const isAtZtunnel = peer.isGateway !== true && ambient.has(workload.namespace);
  const held: Held = isAtZtunnel
    ? { policies: policiesAtZtunnel(authorizationPolicies, workload, rootNamespace), rules: [], by: "ztunnel" }
    : { policies: policiesFor(authorizationPolicies, workload, rootNamespace), rules: rulesFor(walk.world, workload) };
  const judged = judge(walk, held, workload.namespace, peer);
  return { ...judged, steps: [...transportSteps, ...judged.steps] };
}

/** What a waypoint does with a request to a Service, or to what lies outside: token and authorization, with the caller's own identity. */
export function admitAtWaypoint(
  walk: Walk,
  waypoint: Waypoint,
  target: WaypointTarget,
  peer: { readonly principal: string; readonly port: number },
): Admission {
  const { authorizationPolicies, requestAuthentications } = walk.world;
  const { namespace } = waypoint.workload;
  const name = `${namespace}/${waypoint.name}`;
  const held = {
    policies: policiesAtWaypoint(authorizationPolicies, waypoint, target),
    rules: requestAuthentications.filter(
      (rule) => namespaceOf(rule) === namespace && isAttachedTo(rule.spec, waypoint, target),
    ),
    by: `the waypoint ${name}`,
  };
  const judged = judge(walk, held, namespace, peer);
  const message = `is in front of ${target.kind} ${namespace}/${target.name}; the tunnel brings the caller's identity, ${peer.principal}`;
  return { ...judged, steps: [step(`Gateway ${name}`, message, "waypoint"), ...judged.steps] };
}

/** What holds where a request is judged. */
interface Held {
  readonly policies: SelectedPolicies;
  readonly rules: readonly RequestAuthenticationView[];
  /** Who holds callers to it; undefined: the sidecar, or the gateway itself. */
  readonly by?: string;
}

function judge(
  { world, request, now }: Walk,
  { policies, rules, by }: Held,
  namespace: string,
  { principal, port, isGateway = false }: Peer,
): Admission {
  const { method, path, host, headers, address } = request;
  const token = judgeToken(rules, request, now);
  const tokenSteps = token.kind === "none" ? [] : [step(rules.map(nameOf).join(", "), token.message, "jwtRules")];
  if (token.kind === "refused") {
    return { status: token.status, because: token.message, steps: tokenSteps };
  }
  // Only the first gateway meets the client itself.
  const client = isGateway && principal === undefined ? address : undefined;
  const decision = decide(policies, [world.trustDomain], {
    ...{ principal, method, path, host, port, headers },
    // Whoever speaks TLS with a gateway names the host in the handshake, and the gateway chose its server by that.
    sni: isGateway ? host : undefined,
    sourceIp: client,
    remoteIp: client,
    claims: token.kind === "accepted" ? token.claims : undefined,
  });
  const what = by === "ztunnel" ? "the connection" : `${method} ${path}`;
  const decided = authorizationStep(decision, namespace, what, by);
  return {
    status: decision.allowed ? undefined : 403,
    because: `${decided.object}: ${decided.message}`,
    // A gateway that nobody limits is the usual case, and not worth a line.
    steps: [...tokenSteps, ...(isGateway && decision.reason === "no-allow-policy" ? [] : [decided])],
  };
}

/** @returns `because`: why the connection fails; undefined where it is made */
function judgeTransport(world: World, workload: Workload, { principal, port }: Peer) {
  const { mode, by } = peerMode(world.peerAuthentications, workload, port, world.rootNamespace);
  const caller = `the caller comes ${principal === undefined ? "in plain text" : `as ${principal}`}`;
  const message = `${mode} mutual TLS on port ${port}; ${caller}`;
  const isMade = mode === "PERMISSIVE" || (mode === "STRICT") === (principal !== undefined);
  return {
    step:
      by === undefined
        ? step("PeerAuthentication", message, "Istio's default")
        : step(`PeerAuthentication ${by.namespace}/${by.name}`, message),
    because: isMade ? undefined : `mutual TLS is ${mode} on port ${port}, and ${caller}`,
  };
}

function rulesFor({ requestAuthentications, rootNamespace }: World, { namespace, labels }: Workload) {
  return requestAuthentications.filter(
    (rule) =>
      [namespace, rootNamespace].includes(namespaceOf(rule)) &&
      (rule.spec.targetRefs ?? []).length === 0 &&
      hasLabels(labels, rule.spec.selector?.matchLabels),
  );
}

/** @param what the connection, or method and path @param enforcer undefined: the sidecar, or the gateway itself */
function authorizationStep(
  { reason, by, asks }: Decision,
  namespace: string,
  what: string,
  enforcer?: string,
): TraceStep {
  const asked = asks.length === 0 ? "" : `; ${asks.join(", ")} is asked too, and taken to agree`;
  const where = enforcer === undefined ? "" : `, at ${enforcer}`;
  if (by !== undefined) {
    const verb = reason === "allow" ? "allows" : "refuses";
    const message = `${verb} ${what}${where}${asked}`;
    return step(`AuthorizationPolicy ${by.namespace}/${by.name}`, message, `rules[${by.rule}]`);
  }
  const none = enforcer === undefined ? "none selects these pods" : `none holds${where}`;
  return step(
    `AuthorizationPolicies of ${namespace}`,
    reason === "no-allow-policy"
      ? `${none}: all is allowed${asked}`
      : `refused${where}: none allows ${what} for this caller`,
  );
}
