import { principal } from "../names.ts";
import { authorize } from "../security/evaluate/authorize.ts";
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
  const service = view.services.find((one) => one.name === call.to && one.namespace === namespace);
  if (caller === undefined || callee === undefined) {
    // Pods that are not there are findings of their own.
    return [];
  }
  const [trustDomain = "cluster.local"] = view.trustDomains;
  const port = service?.ports[0]?.targetPort ?? service?.ports[0]?.port;
  const { allowed, reason, by } = authorize(
    { policies: view.authorizationPolicies, rootNamespace: view.rootNamespace, trustDomains: view.trustDomains },
    callee,
    {
      principal: principal(trustDomain, namespace, caller.serviceAccount),
      method: call.method,
      path: call.path,
      host: `${call.to}.${namespace}.svc.cluster.local`,
      ...(typeof port === "number" ? { port } : {}),
    },
  );
  if (allowed) {
    return [];
  }
  const why = by === undefined ? "no policy allows it" : `the policy ${by.namespace}/${by.name} refuses it (${reason})`;
  const finding: Finding = {
    code: "declared-call-denied",
    severity: "error",
    object: objectName("Service", { namespace, name: call.to }),
    message: `${call.from} may not call it, though the catalog says so: ${why}, at ${call.method} ${call.path}`,
    mend: "compare the AuthorizationPolicies of the namespace with what `mesh render` writes; `up` brings the stack's back",
  };
  return [{ pair: `${call.from} ${call.to}`, finding }];
}

function podOf({ pods }: ClusterView, namespace: string, app: string): PodView | undefined {
  return pods.find((pod) => pod.namespace === namespace && pod.alive && carries(pod.labels, { app }));
}
