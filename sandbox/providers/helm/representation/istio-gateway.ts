import { numberAt, objectAt, stringAt, type JsonObject, type KubernetesObject } from "../../kubernetes/object.ts";
import {
  autoscaler,
  container,
  containerPort,
  daemonSet,
  deployment,
  disruptionBudget,
  flag,
  isBlank,
  placement,
  replicasOf,
  service,
  serviceAccount,
  serviceRest,
  stringsOf,
  type Identity,
  type Labels,
  type Workload,
} from "./build.ts";
import type { RepresentedChart, Representation } from "./types.ts";

/** Defaults of the chart gateway 1.30. */
const DEFAULTS: JsonObject = {
  kind: "Deployment",
  serviceAccount: { create: true },
  podAnnotations: { "inject.istio.io/templates": "gateway", "sidecar.istio.io/inject": "true" },
  service: {
    type: "LoadBalancer",
    ports: [
      { name: "status-port", port: 15021, protocol: "TCP", targetPort: 15021 },
      { name: "http2", port: 80, protocol: "TCP", targetPort: 80 },
      { name: "https", port: 443, protocol: "TCP", targetPort: 443 },
    ],
  },
  resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "2000m", memory: "1024Mi" } },
  autoscaling: { enabled: true, minReplicas: 1, maxReplicas: 5, targetCPUUtilizationPercentage: 80 },
  labels: { "istio.io/dataplane-mode": "none" },
  terminationGracePeriodSeconds: 30,
  securityContext: {},
  containerSecurityContext: {},
};

/** Ports of an east-west gateway, which the chart uses when `networkGateway` is set. */
const NETWORK_PORTS = [
  { name: "status-port", port: 15021, targetPort: 15021, protocol: "TCP" },
  { name: "tls", port: 15443, targetPort: 15443, protocol: "TCP" },
  { name: "tls-istiod", port: 15012, targetPort: 15012, protocol: "TCP" },
  { name: "tls-webhook", port: 15017, targetPort: 15017, protocol: "TCP" },
];

/** What the chart gives a pod that values say nothing about, so that Pod Security judges it as the real one. */
const POD_SECURITY: JsonObject = { sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }] };
const CONTAINER_SECURITY: JsonObject = {
  capabilities: { drop: ["ALL"] },
  allowPrivilegeEscalation: false,
  privileged: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
};

/** An Istio gateway: the proxy's pods, which istiod's template would complete, and their Service. */
export const istioGateway: Representation = { defaults: DEFAULTS, objects };

function objects(release: RepresentedChart): readonly KubernetesObject[] {
  const { values, namespace } = release;
  const name = stringAt(values, "name") ?? release.name;
  const own = stringsOf(values["labels"]);
  const selector: Labels = { app: own["app"] ?? name, istio: own["istio"] ?? name.replace(/^istio-/, "") };
  const labels = { "app.kubernetes.io/name": name, ...own, ...selector };
  const identity: Identity = { name, namespace, labels };
  const account = objectAt(values, "serviceAccount");
  const create = flag(account["create"], true);
  const accountName = stringAt(account, "name") ?? (create ? name : "default");
  return [
    ...(create
      ? [serviceAccount({ ...identity, name: accountName, annotations: stringsOf(account["annotations"]) })]
      : []),
    ...gatewayService(identity, selector, values),
    ...budget(identity, selector, values),
    proxies(release, identity, selector, accountName),
    ...scaler(identity, values),
  ];
}

function proxies(
  release: RepresentedChart,
  identity: Identity,
  selector: Labels,
  accountName: string,
): KubernetesObject {
  const { values, version } = release;
  const network = stringAt(values, "networkGateway");
  const revision = stringAt(values, "revision");
  const workload: Workload = {
    ...identity,
    annotations: stringsOf(values["annotations"]),
    selector,
    podLabels: {
      ...identity.labels,
      "sidecar.istio.io/inject": "true",
      ...(revision === undefined ? {} : { "istio.io/rev": revision }),
      ...(network === undefined ? {} : { "topology.istio.io/network": network }),
    },
    podAnnotations: stringsOf(values["podAnnotations"]),
    replicas: replicasOf(
      isAutoscaled(values),
      numberAt(values, 1, "autoscaling", "minReplicas"),
      numberAt(values, 1, "replicaCount"),
    ),
    // The chart says `image: auto`, which istiod's injector would replace; nothing else would.
    containers: [
      {
        ...container("istio-proxy", version, values["resources"], [containerPort("http-envoy-prom", 15090)]),
        securityContext: given(values["containerSecurityContext"], CONTAINER_SECURITY),
      },
    ],
    placement: { ...placement(values), securityContext: given(values["securityContext"], POD_SECURITY) },
    serviceAccountName: accountName,
    ...(isBlank(values["strategy"]) ? {} : { strategy: objectAt(values, "strategy") }),
  };
  return values["kind"] === "DaemonSet" ? daemonSet(workload) : deployment(workload);
}

function given(value: unknown, fallback: JsonObject): JsonObject {
  return isBlank(value) ? fallback : objectAt(value);
}

function gatewayService(identity: Identity, selector: Labels, values: JsonObject): readonly KubernetesObject[] {
  const given = objectAt(values, "service");
  if (given["type"] === "None") {
    return [];
  }
  const network = stringAt(values, "networkGateway");
  const labels = network === undefined ? identity.labels : { ...identity.labels, "topology.istio.io/network": network };
  const annotations = { ...stringsOf(values["annotations"]), ...stringsOf(given["annotations"]) };
  const ports = network === undefined ? (given["ports"] as readonly unknown[]) : NETWORK_PORTS;
  const selects = { ...selector, ...stringsOf(given["selectorLabels"]) };
  return [service({ ...identity, labels, annotations }, selects, ports, serviceRest(given))];
}

function scaler(identity: Identity, values: JsonObject): readonly KubernetesObject[] {
  if (!isAutoscaled(values)) {
    return [];
  }
  const given = objectAt(values, "autoscaling");
  const [min, max] = [numberAt(given, 1, "minReplicas"), numberAt(given, 5, "maxReplicas")];
  const cpu = numberAt(given, 80, "targetCPUUtilizationPercentage");
  return [autoscaler(identity, { min, max, cpu, behavior: given["autoscaleBehavior"] })];
}

/** The chart makes a budget only where one is given and more than one pod is guaranteed. */
function budget(identity: Identity, selector: Labels, values: JsonObject): readonly KubernetesObject[] {
  const pods = isAutoscaled(values)
    ? numberAt(values, 1, "autoscaling", "minReplicas")
    : numberAt(values, 1, "replicaCount");
  const given = objectAt(values, "podDisruptionBudget");
  return isBlank(given) || pods <= 1 ? [] : [disruptionBudget(identity, selector, given)];
}

function isAutoscaled(values: JsonObject): boolean {
  return values["kind"] !== "DaemonSet" && flag(objectAt(values, "autoscaling")["enabled"], true);
}
