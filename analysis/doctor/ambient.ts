import { objectName, type Finding } from "./finding.ts";
import { carries, type ClusterView, type NamespaceView, type PodView } from "./view.ts";

/** Mark of istio-cni on the pods whose traffic it leads to ztunnel. Source: istio/api, annotation/annotations.yaml, 1.30.3. */
const CAPTURED = "ambient.istio.io/redirection";

const ISTIOD = { app: "istiod" };
const ISTIO_CNI = { "k8s-app": "istio-cni-node" };

/** What is wrong with the parts of an ambient mesh: namespaces, ztunnel, waypoints. */
export function ambientFindings(view: ClusterView): Finding[] {
  return [
    ...outsideMesh(view),
    ...nodesWithoutZtunnel(view),
    ...(marksPods(view) ? uncaptured(view) : []),
    ...(startsWaypoints(view) ? waypointsWithoutPods(view) : []),
  ];
}

/** Whether a namespace's pods go without sidecars, through ztunnel. */
export function isAmbientNamespace({ labels }: Pick<NamespaceView, "labels">): boolean {
  return labels["istio.io/dataplane-mode"] === "ambient";
}

/** Whether a pod goes without a sidecar, through ztunnel. */
export function isAmbientPod({ namespaces }: ClusterView, { namespace, labels }: PodView): boolean {
  const mode = labels["istio.io/dataplane-mode"];
  return mode === undefined
    ? namespaces.some((one) => one.name === namespace && isAmbientNamespace(one))
    : mode === "ambient";
}

/** Whether istio-cni is there, which marks the pods that it leads to ztunnel: in a sandbox a placeholder stands for it. */
export function marksPods(view: Pick<ClusterView, "pods">): boolean {
  return !hasPlaceholder(view, ISTIO_CNI);
}

/** Whether an istiod is there that starts the pods of waypoints: in a sandbox without pods none runs. */
export function startsWaypoints(view: Pick<ClusterView, "pods">): boolean {
  return !hasPlaceholder(view, ISTIOD);
}

function hasPlaceholder({ pods }: Pick<ClusterView, "pods">, labels: Readonly<Record<string, string>>): boolean {
  return pods.some((pod) => pod.isPlaceholder === true && carries(pod.labels, labels));
}

/** A stack's own namespace without the label of its mode. */
function outsideMesh({ declared, namespaces }: ClusterView): Finding[] {
  const namespace = namespaces.find(({ name }) => name === declared?.namespace);
  return declared?.mode !== "ambient" || namespace === undefined || isAmbientNamespace(namespace)
    ? []
    : [
        {
          code: "namespace-outside-ambient",
          severity: "error",
          object: objectName("Namespace", { name: namespace.name }),
          message:
            "it has no label istio.io/dataplane-mode: ambient, so its pods are in no mesh: their calls are plain text, and nobody holds callers to a policy",
          remediation: "`up` brings the stack's labels back",
        },
      ];
}

/** Nodes with pods of the mesh and no ztunnel that is ready. */
function nodesWithoutZtunnel(view: ClusterView): Finding[] {
  const served = new Set(
    view.pods.flatMap((pod) => (pod.ready && carries(pod.labels, { app: "ztunnel" }) ? [pod.node] : [])),
  );
  const pods = membersOf(view).filter(({ node }) => node !== undefined && !served.has(node));
  return [...new Set(pods.flatMap(({ node }) => node ?? []))].map((node) => ({
    code: "node-without-ztunnel",
    severity: "error",
    object: objectName("Node", { name: node }),
    message: `no ready ztunnel runs on it, and ${pods.filter((pod) => pod.node === node).length} pods of the mesh do: they can neither call nor be called`,
    remediation: "look at its ztunnel: kubectl -n kube-system get pods -l app=ztunnel -o wide",
  }));
}

function uncaptured(view: ClusterView): Finding[] {
  return membersOf(view)
    .filter(({ annotations }) => annotations[CAPTURED] !== "enabled")
    .map((pod) => ({
      code: "pod-outside-ambient",
      severity: "error",
      object: objectName("Pod", pod),
      message: `the namespace ${pod.namespace} is in the ambient mesh, and istio-cni has not led the pod's traffic to ztunnel`,
      remediation:
        "look at the log of istio-cni on its node: kubectl -n kube-system logs -l k8s-app=istio-cni-node; then delete the pod",
    }));
}

function waypointsWithoutPods({ namespaces, pods }: ClusterView): Finding[] {
  return namespaces.flatMap((namespace): Finding[] => {
    const name = namespace.labels["istio.io/use-waypoint"];
    const serving = pods.some(
      (pod) => pod.ready && carries(pod.labels, { "gateway.networking.k8s.io/gateway-name": name ?? "" }),
    );
    return !isAmbientNamespace(namespace) || name === undefined || name === "none" || serving
      ? []
      : [
          {
            code: "waypoint-without-pods",
            severity: "error",
            object: objectName("Gateway", { namespace: namespace.name, name }),
            message: "no pod of the waypoint is ready: every call of a Service of its namespace fails",
            remediation: `read its status: kubectl -n ${namespace.name} get gateways.gateway.networking.k8s.io ${name} -o yaml`,
          },
        ];
  });
}

/** Pods that go through ztunnel; a waypoint does not, nor does a pod of the node's own network. */
function membersOf(view: ClusterView): PodView[] {
  return view.pods.filter(
    (pod) =>
      pod.alive &&
      !pod.hostNetwork &&
      pod.labels["gateway.networking.k8s.io/gateway-name"] === undefined &&
      isAmbientPod(view, pod),
  );
}
