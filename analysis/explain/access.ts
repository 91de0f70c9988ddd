import { decide, type Decision } from "../authorization/authorize.ts";
import { peerMode } from "../authorization/peer-mode.ts";
import type { Workload } from "../authorization/request.ts";
import { policiesFor, type SelectedPolicies } from "../authorization/select.ts";
import { policiesAtWaypoint, type Waypoint, type WaypointTarget } from "../authorization/waypoint.ts";
import { policiesAtZtunnel } from "../authorization/ztunnel.ts";
import { judgeToken } from "./token.ts";
import type { MeshRequest, TraceStep } from "./types.ts";
import { hasLabels, namespaceOf, type RequestAuthenticationView, type World } from "./world.ts";

/** How a connection arrives at a workload. */
export interface Peer {
  /** Identity of the caller; undefined for plain text. */
  readonly principal: string | undefined;
  /** Port of the pod. */
  readonly port: number;
  /** The workload is a gateway: the TLS of its servers decides who may connect, not PeerAuthentication. */
  readonly isGateway?: true;
}

/** Whether a workload takes a request; if not, what the caller gets. */
export interface Admission {
  /** Undefined: it takes the request. 503: the connection fails before there is a response. */
  readonly status: 401 | 403 | 503 | undefined;
  readonly because: string;
  readonly steps: readonly TraceStep[];
}

/**
 * What the proxy of a workload does with a request before the workload sees it: mutual TLS, token, authorization. Without a sidecar that is
 * ztunnel, which asks for no token and by its rules for no more than a connection shows.
 * @param now seconds since 1970, for the token's end
 */
export function admit(world: World, workload: Workload, peer: Peer, request: MeshRequest, now: number): Admission {
  const transport = peer.isGateway === true ? undefined : judgeTransport(world, workload, peer);
  const transportSteps = transport === undefined ? [] : [transport.step];
  if (transport?.because !== undefined) {
    return { status: 503, because: transport.because, steps: transportSteps };
  }
  const { authorizationPolicies, rootNamespace } = world;
  const judged =
    peer.isGateway !== true && world.ambient.has(workload.namespace)
      ? judge(
          world,
          { policies: policiesAtZtunnel(authorizationPolicies, workload, rootNamespace), rules: [], by: "ztunnel" },
          { ...workload, ...peer },
          request,
          now,
        )
      : judge(
          world,
          { policies: policiesFor(authorizationPolicies, workload, rootNamespace), rules: rulesFor(world, workload) },
          { ...workload, ...peer },
          request,
          now,
        );
  return { ...judged, steps: [...transportSteps, ...judged.steps] };
}

/** What a waypoint does with a request to a Service, or to what lies outside: token and authorization, with the caller's own identity. */
export function admitAtWaypoint(
  world: World,
  waypoint: Waypoint,
  target: WaypointTarget,
  { principal, port }: { readonly principal: string; readonly port: number },
  request: MeshRequest,
  now: number,
): Admission {
  const { namespace } = waypoint.workload;
  const name = `${namespace}/${waypoint.name}`;
  const policies = policiesAtWaypoint(world.authorizationPolicies, waypoint, target);
  const rules = world.requestAuthentications.filter(
    (rule) => namespaceOf(rule) === namespace && isAttachedTo(rule.spec, waypoint, target),
  );
  const by = `the waypoint ${name}`;
  const judged = judge(world, { policies, rules, by }, { namespace, principal, port }, request, now);
  const arrival = {
    object: `Gateway ${name}`,
    rule: "waypoint",
    says: `stands before ${target.kind} ${namespace}/${target.name}; the tunnel brings the caller's identity, ${principal}`,
  };
  return { ...judged, steps: [arrival, ...judged.steps] };
}

/** What holds where a request is judged. */
interface Held {
  readonly policies: SelectedPolicies;
  readonly rules: readonly RequestAuthenticationView[];
  /** Who holds callers to it; undefined: the sidecar, or the gateway itself. */
  readonly by?: string;
}

type Arrival = Peer & { readonly namespace: string };

function judge(
  world: World,
  { policies, rules, by }: Held,
  { namespace, principal, port, isGateway }: Arrival,
  request: MeshRequest,
  now: number,
): Admission {
  const token = judgeToken(rules, request, now);
  const tokenSteps: TraceStep[] =
    token.kind === "none"
      ? []
      : [
          {
            object: rules.map((rule) => `RequestAuthentication ${namespaceOf(rule)}/${rule.metadata.name}`).join(", "),
            rule: "jwtRules",
            says: token.says,
          },
        ];
  if (token.kind === "refused") {
    return { status: token.status, because: token.says, steps: tokenSteps };
  }
  const decision = decide(policies, [world.trustDomain], {
    ...(principal === undefined ? {} : { principal }),
    method: request.method,
    path: request.path,
    host: request.host,
    port,
    // Whoever speaks TLS with a gateway names the host in the handshake, and the gateway chose its server by that.
    ...(isGateway === true ? { sni: request.host } : {}),
    // Only the first gateway meets the client itself.
    ...(isGateway === true && principal === undefined && request.address !== undefined
      ? { sourceIp: request.address, remoteIp: request.address }
      : {}),
    headers: request.headers,
    ...(token.kind === "accepted" ? { claims: token.claims } : {}),
  });
  const step = authorizationStep(decision, namespace, request, by);
  return {
    status: decision.allowed ? undefined : 403,
    because: `${step.object}: ${step.says}`,
    // A gateway that nobody limits is the usual case, and not worth a line.
    steps: [...tokenSteps, ...(isGateway === true && decision.reason === "no-allow-policy" ? [] : [step])],
  };
}

function judgeTransport(
  world: World,
  workload: Workload,
  { principal, port }: Peer,
): { readonly step: TraceStep; readonly because: string | undefined } {
  const { mode, by } = peerMode(world.peerAuthentications, workload, port, world.rootNamespace);
  const caller = principal === undefined ? "in plain text" : `as ${principal}`;
  return {
    step: {
      object: by === undefined ? "PeerAuthentication" : `PeerAuthentication ${by.namespace}/${by.name}`,
      rule: by === undefined ? "Istio's default" : "",
      says: `${mode} mutual TLS on port ${port}; the caller comes ${caller}`,
    },
    because:
      mode === "PERMISSIVE" || (mode === "STRICT") === (principal !== undefined)
        ? undefined
        : `mutual TLS is ${mode} on port ${port}, and the caller comes ${caller}`,
  };
}

function rulesFor(world: World, { namespace, labels }: Workload): RequestAuthenticationView[] {
  return world.requestAuthentications.filter(
    (rule) =>
      [namespace, world.rootNamespace].includes(namespaceOf(rule)) &&
      (rule.spec.targetRefs ?? []).length === 0 &&
      hasLabels(labels, rule.spec.selector?.matchLabels),
  );
}

function isAttachedTo(
  { targetRefs = [] }: RequestAuthenticationView["spec"],
  { name }: Waypoint,
  target: WaypointTarget,
): boolean {
  return targetRefs.some(
    (ref) => (ref.kind === target.kind && ref.name === target.name) || (ref.kind === "Gateway" && ref.name === name),
  );
}

function authorizationStep(
  { reason, by, asks }: Decision,
  namespace: string,
  request: MeshRequest,
  enforcer: string | undefined,
): TraceStep {
  const what = enforcer === "ztunnel" ? "the connection" : `${request.method} ${request.path}`;
  const asked = asks.length === 0 ? "" : `; ${asks.join(", ")} is asked too, and taken to agree`;
  const where = enforcer === undefined ? "" : `, at ${enforcer}`;
  if (by !== undefined) {
    const object = `AuthorizationPolicy ${by.namespace}/${by.name}`;
    const verb = reason === "allow" ? "allows" : "refuses";
    return { object, rule: `rules[${by.rule}]`, says: `${verb} ${what}${where}${asked}` };
  }
  return {
    object: `AuthorizationPolicies of ${namespace}`,
    rule: "",
    says:
      reason === "no-allow-policy"
        ? `${enforcer === undefined ? "none selects these pods" : `none holds${where}`}: all is allowed${asked}`
        : `refused${where}: none allows ${what} for this caller`,
  };
}
