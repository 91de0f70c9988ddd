import type { Entry } from "./facts.ts";

/** A graph, by what it registers. */
export class Graph {
  constructor(readonly entries: readonly Entry[]) {}

  /** Inputs of every resource whose type ends so, such as `apps/v1:Deployment`. */
  of(type: string): Entry["inputs"][] {
    return this.entries
      .filter(({ urn }) => urn.split("::")[0]?.split("$").at(-1)?.endsWith(type) === true)
      .map(({ inputs }) => inputs);
  }

  /** Pods of the application and of the rate limit service. */
  pods(): unknown[] {
    return this.of(":Deployment").map((inputs) => at(inputs, "spec", "template", "spec"));
  }

  /** Whether there are such containers, and all of them pass. */
  everyContainer(passes: (container: unknown) => boolean): boolean {
    return every(
      this.pods().flatMap((pod) => list(at(pod, "containers"))),
      passes,
    );
  }

  /** Values of a Helm release by its name. */
  release(name: string): unknown {
    return at(
      this.of(":Release").find((inputs) => inputs["name"] === name),
      "values",
    );
  }
}

function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<string | number, unknown> | undefined)?.[key], value);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function every<T>(all: readonly T[], passes: (one: T) => boolean): boolean {
  return all.length > 0 && all.every(passes);
}

function namespaceOf(object: unknown): unknown {
  return at(object, "metadata", "namespace");
}

/** Name of the application's namespace; the rate limit service's Deployment lies in another one. */
function application(graph: Graph): unknown {
  const made = graph.entries.find(({ urn }) => /ApplicationNamespace\$kubernetes:core\/v1:Namespace::/.test(urn));
  return at(made?.inputs, "metadata", "name");
}

const ENFORCE = "pod-security.kubernetes.io/enforce";

/** Address of the node's credentials, and the network that policies name it by. */
const METADATA = "169.254.0.0/16";

/** Whether a graph does what a row of the table says, by the row's item. */
export const FACTS: Readonly<Record<string, (graph: Graph) => boolean>> = {
  "Containers run without root": (graph) =>
    every(
      graph.pods(),
      (pod) => at(pod, "securityContext", "runAsNonRoot") === true && at(pod, "securityContext", "runAsUser") !== 0,
    ),
  "Read-only root file system": (graph) =>
    graph.everyContainer((container) => at(container, "securityContext", "readOnlyRootFilesystem") === true),
  "No privilege escalation, all capabilities dropped": (graph) =>
    graph.everyContainer(
      (container) =>
        at(container, "securityContext", "allowPrivilegeEscalation") === false &&
        list(at(container, "securityContext", "capabilities", "drop")).includes("ALL") &&
        list(at(container, "securityContext", "capabilities", "add")).length === 0,
    ) && graph.release("istio-cni") !== undefined,
  "Seccomp profile": (graph) =>
    every(graph.pods(), (pod) => at(pod, "securityContext", "seccompProfile", "type") === "RuntimeDefault"),
  "Pod Security Standard enforced": (graph) =>
    every(
      graph
        .of(":Namespace")
        .filter((namespace) => /^istio-/.test(String(at(namespace, "metadata", "name"))))
        .concat(graph.of(":Namespace").filter((one) => at(one, "metadata", "name") === application(graph))),
      (namespace) => at(namespace, "metadata", "labels", ENFORCE) === "restricted",
    ),
  "No host network, host PID, host port, hostPath": (graph) =>
    every(
      graph.pods(),
      (pod) =>
        ["hostNetwork", "hostPID", "hostIPC"].every((key) => at(pod, key) === undefined) &&
        list(at(pod, "volumes")).every((volume) => at(volume, "hostPath") === undefined),
    ) &&
    graph.everyContainer((container) =>
      list(at(container, "ports")).every((port) => at(port, "hostPort") === undefined),
    ),
  "Service account tokens not mounted": (graph) =>
    every(graph.of(":ServiceAccount"), (account) => at(account, "automountServiceAccountToken") === false) &&
    every(graph.pods(), (pod) => at(pod, "automountServiceAccountToken") === false),
  "One identity for each workload": (graph) =>
    every(
      graph.of(":Deployment"),
      (deployment) =>
        at(deployment, "spec", "template", "spec", "serviceAccountName") ===
        at(deployment, "metadata", "labels", "app"),
    ),
  "Network policies: default deny, both ways": (graph) =>
    graph
      .of(":NetworkPolicy")
      .filter((policy) => namespaceOf(policy) === application(graph))
      .some(
        ({ spec }) =>
          Object.keys(at(spec, "podSelector") as object).length === 0 &&
          list(at(spec, "policyTypes")).length === 2 &&
          at(spec, "ingress") === undefined &&
          at(spec, "egress") === undefined,
      ),
  "Pods cannot reach the node's credentials": (graph) =>
    every(graph.of(":LaunchTemplate"), (one) => at(one, "metadataOptions", "httpPutResponseHopLimit") === 1) &&
    graph
      .of(":NetworkPolicy")
      .flatMap((policy) => list(at(policy, "spec", "egress")))
      .flatMap((rule) => list(at(rule, "to")).map((peer) => at(peer, "ipBlock")))
      .filter((block) => block !== undefined)
      .every((block) => list(at(block, "except")).includes(METADATA)),
  "Traffic between pods encrypted": (graph) =>
    every(graph.of(":PeerAuthentication"), (policy) => at(policy, "spec", "mtls", "mode") === "STRICT"),
  "Every request between services allowed by name": (graph) =>
    graph
      .of(":AuthorizationPolicy")
      .some(
        (policy) => namespaceOf(policy) === application(graph) && Object.keys(policy["spec"] as object).length === 0,
      ),
  "Resource requests and limits, quota, limit range": (graph) =>
    [":ResourceQuota", ":LimitRange"].every((kind) =>
      graph.of(kind).some((object) => namespaceOf(object) === application(graph)),
    ) &&
    graph.everyContainer((container) =>
      ["requests", "limits"].every((part) =>
        ["cpu", "memory"].every((what) => at(container, "resources", part, what) !== undefined),
      ),
    ),
  "Namespaces apart, nothing in default": (graph) =>
    graph.of(":Namespace").length >= 5 &&
    graph.entries
      .filter(({ urn }) => urn.split("::")[0]?.split("$").at(-1)?.startsWith("kubernetes:") === true)
      .every(({ inputs }) => ![namespaceOf(inputs), inputs["namespace"]].includes("default")),
  "The gateway is the only way in": (graph) =>
    every(graph.of(":Service"), (service) =>
      ["ClusterIP", undefined].includes(at(service, "spec", "type") as string | undefined),
    ) &&
    every(graph.of(":ResourceQuota"), (quota) =>
      ["services.loadbalancers", "services.nodeports"].every((key) => at(quota, "spec", "hard", key) === "0"),
    ),
  "Images pinned by digest": (graph) =>
    graph.everyContainer((container) => String(at(container, "image")).includes("@sha256:")),
  "Images pulled at every start": (graph) =>
    graph.everyContainer((container) => at(container, "imagePullPolicy") === "Always"),
  "Secrets encrypted at rest": (graph) =>
    every(graph.of("eks:index:Cluster"), (cluster) => cluster["encryptionConfigKeyArn"] !== undefined),
  "Audit logs": (graph) =>
    every(graph.of("eks:index:Cluster"), (cluster) => list(cluster["enabledClusterLogTypes"]).includes("audit")),
  "Admission control of Istio objects": (graph) =>
    ["istio-base", "istiod"].every((name) => at(graph.release(name), "base", "validationFailurePolicy") === "Fail"),
};
