import { numberAt, objectAt, stringAt, type JsonObject, type KubernetesObject } from "../../kubernetes/object.ts";
import {
  autoscaler,
  configMap,
  container,
  containerPort,
  deployment,
  disruptionBudget,
  flag,
  isBlank,
  placement,
  replicasOf,
  service,
  serviceAccount,
  servicePort,
  stringsOf,
  type Identity,
  type Labels,
} from "./build.ts";
import { injectionPolicies } from "./injection-policy.ts";
import type { RepresentedChart, Representation } from "./types.ts";

/** Defaults of the chart istiod 1.30. */
const DEFAULTS: JsonObject = {
  autoscaleEnabled: true,
  autoscaleMin: 1,
  autoscaleMax: 5,
  replicaCount: 1,
  rollingMaxSurge: "100%",
  rollingMaxUnavailable: "25%",
  resources: { requests: { cpu: "500m", memory: "2048Mi" } },
  cpu: { targetAverageUtilization: 80 },
  pdb: { minAvailable: 1 },
  meshConfig: { enablePrometheusMerge: true },
  global: {
    defaultPodDisruptionBudget: { enabled: true },
    proxy: { resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "2000m", memory: "1024Mi" } } },
  },
};

/** Ports of the container and of the Service, as the chart declares them. */
const PORTS = [
  containerPort("http-debug", 8080),
  containerPort("grpc-xds", 15010),
  containerPort("tls-xds", 15012),
  containerPort("https-webhooks", 15017),
  containerPort("http-monitoring", 15014),
];

const SERVICE_PORTS = [
  servicePort("grpc-xds", 15010),
  servicePort("https-dns", 15012),
  servicePort("https-webhook", 443, 15017),
  servicePort("http-monitoring", 15014),
];

/** istiod: the control plane's pods, and a policy of the API server in place of its injector. */
export const istiod: Representation = { defaults: DEFAULTS, valuesBelow: "pilot", objects };

function objects(release: RepresentedChart): readonly KubernetesObject[] {
  const { values, namespace } = release;
  const revision = stringAt(values, "revision");
  const name = revision === undefined ? "istiod" : `istiod-${revision}`;
  const labels = { app: "istiod", "istio.io/rev": revision ?? "default", istio: "pilot", release: release.name };
  const identity: Identity = { name, namespace, labels };
  const selector: Labels =
    revision === undefined ? { istio: "pilot", app: "istiod" } : { app: "istiod", "istio.io/rev": revision };
  return [
    serviceAccount({ ...identity, labels: { app: "istiod", release: release.name } }),
    configMap({ ...identity, name: name.replace("istiod", "istio") }, { mesh: JSON.stringify(values["meshConfig"]) }),
    ...injectionPolicies(release, revision),
    service(identity, selector, SERVICE_PORTS),
    ...budget(identity, selector, values),
    controlPlane(release, identity, revision),
    ...scaler(identity, values),
  ];
}

function controlPlane(release: RepresentedChart, identity: Identity, revision: string | undefined): KubernetesObject {
  const { values, version } = release;
  const global = objectAt(values, "global");
  const scaled = isAutoscaled(values);
  const priority = stringAt(global, "priorityClassName");
  const tolerations = [{ key: "cni.istio.io/not-ready", operator: "Exists" }, ...asList(values["tolerations"])];
  const resources = isBlank(values["resources"]) ? global["defaultResources"] : values["resources"];
  return deployment({
    ...identity,
    annotations: stringsOf(values["deploymentAnnotations"]),
    // The chart selects by `istio: pilot`, or by the revision where there is one; both never change for a release.
    selector: revision === undefined ? { istio: "pilot" } : { app: "istiod", "istio.io/rev": revision },
    podLabels: {
      ...stringsOf(values["podLabels"]),
      app: "istiod",
      istio: revision === undefined ? "pilot" : "istiod",
      "istio.io/rev": revision ?? "default",
      "istio.io/dataplane-mode": "none",
      "sidecar.istio.io/inject": "false",
    },
    podAnnotations: { "sidecar.istio.io/inject": "false", ...stringsOf(values["podAnnotations"]) },
    replicas: replicasOf(scaled, numberAt(values, 1, "autoscaleMin"), numberAt(values, 1, "replicaCount")),
    strategy: {
      rollingUpdate: { maxSurge: values["rollingMaxSurge"], maxUnavailable: values["rollingMaxUnavailable"] },
    },
    containers: [{ ...container("discovery", version, resources, PORTS), securityContext: securityContext(values) }],
    placement: {
      ...placement(values),
      tolerations,
      ...(priority === undefined ? {} : { priorityClassName: priority }),
    },
    serviceAccountName: identity.name,
  });
}

/** The chart's own, so that the API server judges the pods by Pod Security as it would judge the real ones. */
function securityContext(values: JsonObject): JsonObject {
  return {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    capabilities: { drop: ["ALL"] },
    ...(isBlank(values["seccompProfile"]) ? {} : { seccompProfile: values["seccompProfile"] }),
  };
}

function scaler(identity: Identity, values: JsonObject): readonly KubernetesObject[] {
  if (!isAutoscaled(values)) {
    return [];
  }
  const [min, max] = [numberAt(values, 1, "autoscaleMin"), numberAt(values, 5, "autoscaleMax")];
  const cpu = numberAt(values, 80, "cpu", "targetAverageUtilization");
  return [autoscaler(identity, { min, max, cpu, behavior: values["autoscaleBehavior"] })];
}

/** The chart makes a budget only where more than one pod is guaranteed. */
function budget(identity: Identity, selector: Labels, values: JsonObject): readonly KubernetesObject[] {
  const pods = isAutoscaled(values) ? numberAt(values, 1, "autoscaleMin") : numberAt(values, 1, "replicaCount");
  const enabled = flag(objectAt(values, "global", "defaultPodDisruptionBudget")["enabled"], true);
  if (!enabled || pods <= 1) {
    return [];
  }
  const { minAvailable, maxUnavailable, unhealthyPodEvictionPolicy } = objectAt(values, "pdb");
  const rule = maxUnavailable === undefined ? { minAvailable } : { maxUnavailable };
  return [disruptionBudget(identity, selector, { ...rule, unhealthyPodEvictionPolicy })];
}

function isAutoscaled(values: JsonObject): boolean {
  return flag(values["autoscaleEnabled"], true) && numberAt(values, 0, "autoscaleMin") > 0;
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
