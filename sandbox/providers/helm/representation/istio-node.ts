import { objectAt, stringAt, type JsonObject } from "../../kubernetes/object.ts";
import { container, daemonSet, placement, serviceAccount, stringsOf, type Identity } from "./build.ts";
import type { RepresentedChart, Representation } from "./types.ts";

const TOLERATIONS = [
  { effect: "NoSchedule", operator: "Exists" },
  { key: "CriticalAddonsOnly", operator: "Exists" },
  { effect: "NoExecute", operator: "Exists" },
];

/** The Istio CNI agent: one pod a node. Defaults of the chart cni 1.30. */
export const istioCni: Representation = {
  defaults: {
    resources: { requests: { cpu: "100m", memory: "100Mi" } },
    tolerations: TOLERATIONS,
    updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
  },
  objects: (release) =>
    nodeAgent(release, "istio-cni-node", "istio-cni", "install-cni", { "k8s-app": "istio-cni-node" }),
};

/** The ambient mode's node proxy: one pod a node. Defaults of the chart ztunnel 1.30. */
export const ztunnel: Representation = {
  defaults: {
    resources: { requests: { cpu: "200m", memory: "512Mi" } },
    tolerations: TOLERATIONS,
    updateStrategy: { type: "RollingUpdate" },
  },
  objects: (release) => {
    const name = stringAt(release.values, "resourceName") ?? "ztunnel";
    return nodeAgent(release, name, name, "istio-proxy", { app: "ztunnel" });
  },
};

function nodeAgent(
  release: RepresentedChart,
  name: string,
  account: string,
  containerName: string,
  selector: Record<string, string>,
) {
  const { namespace, values, version } = release;
  const labels = { ...selector, release: release.name };
  const identity: Identity = { name, namespace, labels };
  const nodeSelector: JsonObject = { "kubernetes.io/os": "linux", ...objectAt(values, "nodeSelector") };
  return [
    serviceAccount({ ...identity, name: account }),
    daemonSet({
      ...identity,
      selector,
      podLabels: { ...stringsOf(values["podLabels"]), "sidecar.istio.io/inject": "false" },
      podAnnotations: { "sidecar.istio.io/inject": "false", ...stringsOf(values["podAnnotations"]) },
      containers: [container(containerName, version, values["resources"])],
      placement: { ...placement(values), nodeSelector, priorityClassName: "system-node-critical" },
      serviceAccountName: account,
    }),
  ];
}
