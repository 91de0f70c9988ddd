import { principal } from "../../mesh/kubernetes/names.ts";
import { authorize, decide, type Decision } from "../authorization/authorize.ts";
import { policiesAtWaypoint, waypointNamed } from "../authorization/waypoint.ts";
import { policiesAtZtunnel } from "../authorization/ztunnel.ts";
import { isAmbientPod } from "./ambient.ts";
import { objectName, type Finding } from "./finding.ts";
import { carries, type ClusterView, type DeclaredCall, type PodView } from "./view.ts";

interface Denial {
  readonly pair: string;
  readonly finding: Finding;
}

/** Calls that the catalog declares and that the policies of the cluster refuse. One finding for each pair of services. */
export function callFindings(view: ClusterView): Finding[] {
  const { declared } = view;
  if (declared === undefined) {
    return [];
  }
  const findings = declared.calls.flatMap((call) => callFinding(view, declared.namespace, call));
  return [...new Map(findings.map(({ pair, finding }) => [pair, finding])).values()];
}

function callFinding(view: ClusterView, namespace: string, call: DeclaredCall): Denial[] {
  const caller = podOf(view, namespace, call.from);
  const callee = podOf(view, namespace, call.to);
  if (caller === undefined || callee === undefined) {
    // Pods that are not there are findings of their own.
    return [];
  }
  const { allowed, reason, by } = decisionOn(view, namespace, call, caller, callee);
  if (allowed) {
    return [];
  }
  const why = by === undefined ? "no policy allows it" : `the policy ${by.namespace}/${by.name} refuses it (${reason})`;
  const finding: Finding = {
    code: "declared-call-denied",
    severity: "error",
    object: objectName("Service", { namespace, name: call.to }),
    message: `${call.from} may not call it, though the catalog says so: ${why}, at ${call.method} ${call.path}`,
    remediation:
      "compare the AuthorizationPolicies of the namespace with what `mesh render` writes; `up` brings the stack's back",
  };
  return [{ pair: `${call.from} ${call.to}`, finding }];
}

/** Where there is a waypoint it decides, and then ztunnel, which sees the waypoint in the caller's place. */
function decisionOn(
  view: ClusterView,
  namespace: string,
  { to, method, path }: DeclaredCall,
  caller: PodView,
  callee: PodView,
): Decision {
  const { authorizationPolicies: policies, rootNamespace, trustDomains } = view;
  const [trustDomain = "cluster.local"] = trustDomains;
  const service = view.services.find((one) => one.name === to && one.namespace === namespace);
  const { port, targetPort } = service?.ports[0] ?? {};
  const own = targetPort ?? port;
  const request = { method, path, host: `${to}.${namespace}.svc.cluster.local` };
  const identity = principal(trustDomain, namespace, caller.serviceAccount);
  const atPod = typeof own === "number" ? { port: own } : {};
  if (!isAmbientPod(view, callee)) {
    return authorize({ policies, rootNamespace, trustDomains }, callee, { ...request, ...atPod, principal: identity });
  }
  const name = view.namespaces.find((one) => one.name === namespace)?.labels["istio.io/use-waypoint"];
  const atZtunnel = policiesAtZtunnel(policies, callee, rootNamespace);
  if (name === undefined || name === "none") {
    return decide(atZtunnel, trustDomains, { ...request, ...atPod, principal: identity });
  }
  const waypoint = waypointNamed(namespace, name, trustDomain);
  const decision = decide(policiesAtWaypoint(policies, waypoint, { kind: "Service", name: to }), trustDomains, {
    ...request,
    ...(port === undefined ? {} : { port }),
    principal: identity,
  });
  return decision.allowed
    ? decide(atZtunnel, trustDomains, { ...request, ...atPod, principal: waypoint.principal })
    : decision;
}

function podOf({ pods }: ClusterView, namespace: string, app: string): PodView | undefined {
  return pods.find((pod) => pod.namespace === namespace && pod.alive && carries(pod.labels, { app }));
}
