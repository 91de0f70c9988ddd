import { authorize, type Decision } from "../security/evaluate/authorize.ts";
import { peerMode } from "../security/evaluate/peer-mode.ts";
import type { Workload } from "../security/evaluate/request.ts";
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
 * What the proxy of a workload does with a request before the workload sees it: mutual TLS, token, authorization.
 * @param now seconds since 1970, for the token's end
 */
export function admit(world: World, workload: Workload, peer: Peer, request: MeshRequest, now: number): Admission {
  const transport = peer.isGateway === true ? undefined : judgeTransport(world, workload, peer);
  const transportSteps = transport === undefined ? [] : [transport.step];
  if (transport?.because !== undefined) {
    return { status: 503, because: transport.because, steps: transportSteps };
  }
  const rules = rulesFor(world, workload);
  const token = judgeToken(rules, request.headers, now);
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
    return { status: 401, because: token.says, steps: [...transportSteps, ...tokenSteps] };
  }
  const decision = authorize(
    {
      policies: world.authorizationPolicies,
      rootNamespace: world.rootNamespace,
      trustDomains: [world.trustDomain],
    },
    workload,
    {
      ...(peer.principal === undefined ? {} : { principal: peer.principal }),
      method: request.method,
      path: request.path,
      host: request.host,
      port: peer.port,
      // Whoever speaks TLS with a gateway names the host in the handshake, and the gateway chose its server by that.
      ...(peer.isGateway === true ? { sni: request.host } : {}),
      // Only the first gateway meets the client itself.
      ...(peer.isGateway === true && peer.principal === undefined && request.address !== undefined
        ? { sourceIp: request.address, remoteIp: request.address }
        : {}),
      headers: request.headers,
      ...(token.kind === "accepted" ? { claims: token.claims } : {}),
    },
  );
  const step = authorizationStep(decision, workload, request);
  return {
    status: decision.allowed ? undefined : 403,
    because: `${step.object}: ${step.says}`,
    // A gateway that nobody limits is the usual case, and not worth a line.
    steps: [
      ...transportSteps,
      ...tokenSteps,
      ...(peer.isGateway === true && decision.reason === "no-allow-policy" ? [] : [step]),
    ],
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
      hasLabels(labels, rule.spec.selector?.matchLabels),
  );
}

function authorizationStep({ reason, by, asks }: Decision, { namespace }: Workload, request: MeshRequest): TraceStep {
  const what = `${request.method} ${request.path}`;
  const asked = asks.length === 0 ? "" : `; ${asks.join(", ")} is asked too, and taken to agree`;
  if (by !== undefined) {
    const object = `AuthorizationPolicy ${by.namespace}/${by.name}`;
    const verb = reason === "allow" ? "allows" : "refuses";
    return { object, rule: `rules[${by.rule}]`, says: `${verb} ${what}${asked}` };
  }
  return reason === "no-allow-policy"
    ? {
        object: `AuthorizationPolicies of ${namespace}`,
        rule: "",
        says: `none selects these pods: all is allowed${asked}`,
      }
    : {
        object: `AuthorizationPolicies of ${namespace}`,
        rule: "",
        says: `refused: none allows ${what} for this caller`,
      };
}
