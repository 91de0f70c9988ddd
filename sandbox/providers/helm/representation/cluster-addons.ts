/** Charts that make a cluster complete: load balancers, certificates, nodes, names, metrics. */
import { numberAt, objectAt, type JsonObject, type KubernetesObject } from "../../kubernetes/object.ts";
import { containerPort, flag, fullname, isBlank, selectorLabels, servicePort } from "./build.ts";
import { certManagerCrds, privateCaCrds } from "./cert-manager-crds.ts";
import { karpenterCrds } from "./karpenter-crds.ts";
import { permissiveCrds } from "./permissive-crds.ts";
import { simpleChart } from "./simple-chart.ts";
import type { RepresentedChart, Representation } from "./types.ts";

/** Pods apart where possible, as charts have it that set an affinity of their own. */
function apart(name: string): JsonObject {
  const labelSelector = { matchExpressions: [{ key: "app.kubernetes.io/name", operator: "In", values: [name] }] };
  const podAffinityTerm = { labelSelector, topologyKey: "kubernetes.io/hostname" };
  return { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm }] } };
}

/** Defaults of the chart aws-load-balancer-controller 3. Addresses come from the sandbox's stand-in load balancers. */
export const awsLoadBalancerController: Representation = {
  defaults: { replicaCount: 2, priorityClassName: "system-cluster-critical", configureDefaultAffinity: true },
  objects: (release) => {
    const name = "aws-load-balancer-controller";
    const spread = isBlank(release.values["affinity"]) && flag(release.values["configureDefaultAffinity"], true);
    const kinds = permissiveCrds("elbv2.k8s.aws", ["v1beta1"], ["TargetGroupBinding"]);
    const classes = permissiveCrds("elbv2.k8s.aws", ["v1beta1"], ["IngressClassParams"], "Cluster");
    const pods = simpleChart(release, {
      chart: name,
      containerName: name,
      pods: spread ? { ...release.values, affinity: apart(name) } : release.values,
      ports: [containerPort("webhook-server", 9443), containerPort("metrics-server", 8080)],
      servicePorts: [],
    });
    return [...kinds, ...classes, ...pods];
  },
};

/** What the pods of cert-manager's charts may do, by their defaults. */
const POD_SECURITY: JsonObject = { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } };
const CONTAINER_SECURITY: JsonObject = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  readOnlyRootFilesystem: true,
};

/** Defaults of the chart cert-manager 1.21: controller, webhook and CA injector. It issues nothing here. */
export const certManager: Representation = {
  defaults: { replicaCount: 1, webhook: { replicaCount: 1 }, cainjector: { enabled: true, replicaCount: 1 } },
  objects: (release) => {
    const base = fullname(release, "cert-manager");
    const component = (name: string, values: JsonObject, suffix: string, ports: readonly JsonObject[]) =>
      simpleChart(
        { ...release, values },
        {
          chart: suffix === "" ? "cert-manager" : suffix.slice(1),
          name: `${base}${suffix}`,
          containerName: name,
          component: { "app.kubernetes.io/component": suffix === "" ? "controller" : suffix.slice(1) },
          security: { pod: POD_SECURITY, container: CONTAINER_SECURITY },
          ports: [],
          servicePorts: ports,
        },
      );
    const injector = objectAt(release.values, "cainjector");
    return [
      ...(flag(objectAt(release.values, "crds")["enabled"], false) ? certManagerCrds() : []),
      ...component("cert-manager-controller", release.values, "", [servicePort("tcp-prometheus-servicemonitor", 9402)]),
      ...component("cert-manager-webhook", objectAt(release.values, "webhook"), "-webhook", [
        servicePort("https", 443, 10250),
      ]),
      ...(flag(injector["enabled"], true) ? component("cert-manager-cainjector", injector, "-cainjector", []) : []),
    ];
  },
};

/** Defaults of the chart aws-privateca-issuer 1.9. It asks no authority here. */
export const awsPrivateCaIssuer: Representation = {
  defaults: {
    replicaCount: 2,
    podDisruptionBudget: { maxUnavailable: 1 },
    podSecurityContext: { runAsUser: 65532 },
    securityContext: { allowPrivilegeEscalation: false },
  },
  objects: (release) => [
    ...privateCaCrds(),
    ...simpleChart(release, {
      chart: "aws-privateca-issuer",
      containerName: "aws-privateca-issuer",
      pods: { affinity: apart("aws-privateca-issuer"), ...release.values },
      security: {
        pod: objectAt(release.values, "podSecurityContext"),
        container: objectAt(release.values, "securityContext"),
      },
      ports: [containerPort("http", 8080)],
      servicePorts: [servicePort("http", 8080)],
    }),
  ],
};

/** Defaults of the chart cert-manager-istio-csr 0.17. It signs nothing here. */
export const istioCsr: Representation = {
  defaults: { replicaCount: 1, app: { server: { serving: { port: 6443 } } } },
  objects: (release) => {
    const name = "cert-manager-istio-csr";
    const port = numberAt(release.values, 6443, "app", "server", "serving", "port");
    return simpleChart(release, {
      chart: name,
      name,
      containerName: name,
      component: { app: name },
      security: { container: { ...POD_SECURITY, ...CONTAINER_SECURITY } },
      ports: [containerPort("grpc", port), containerPort("metrics", 9402)],
      servicePorts: [servicePort("web", 443, port)],
    });
  },
};

/**
 * The chart karpenter-crd 1. NodePool and EC2NodeClass are checked as Karpenter checks them, see karpenter-crds.ts. Unlike those of other
 * charts they lie among its templates, and go with the release.
 */
export const karpenterCrd: Representation = { defaults: {}, objects: () => karpenterCrds() };

/** Defaults of the chart karpenter 1. It makes no nodes here. */
export const karpenter: Representation = {
  defaults: {
    replicas: 2,
    priorityClassName: "system-cluster-critical",
    tolerations: [{ key: "CriticalAddonsOnly", operator: "Exists" }],
    podDisruptionBudget: { maxUnavailable: 1 },
  },
  objects: (release) => {
    const controller = objectAt(release.values, "controller");
    const labels = selectorLabels(release, "karpenter");
    const pods = { ...spread(labels), ...release.values, resources: controller["resources"] };
    return simpleChart(release, {
      chart: "karpenter",
      containerName: "controller",
      pods,
      ports: [containerPort("http-metrics", 8080), containerPort("http", 8081)],
      servicePorts: [servicePort("http-metrics", 8080)],
    });
  },
};

/** Karpenter's pods never share a node, run on none of its own, and are spread over the zones. */
function spread(labels: Readonly<Record<string, string>>): JsonObject {
  const labelSelector = { matchLabels: labels };
  const managed = { matchExpressions: [{ key: "karpenter.sh/nodepool", operator: "DoesNotExist" }] };
  return {
    affinity: {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [managed] } },
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector, topologyKey: "kubernetes.io/hostname" }],
      },
    },
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "DoNotSchedule", labelSelector },
    ],
  };
}

/** Defaults of the chart external-dns 1. It writes no records here. */
export const externalDns: Representation = {
  defaults: { replicaCount: 1 },
  objects: (release) =>
    simpleChart(release, {
      chart: "external-dns",
      containerName: "external-dns",
      ports: [containerPort("http", 7979)],
      servicePorts: [servicePort("http", 7979)],
    }),
};

/** Defaults of the chart metrics-server 3. There are no metrics here: autoscalers stay at their minimum. */
export const metricsServer: Representation = {
  defaults: {
    replicas: 1,
    priorityClassName: "system-cluster-critical",
    resources: { requests: { cpu: "100m", memory: "200Mi" } },
  },
  objects: (release: RepresentedChart): readonly KubernetesObject[] =>
    simpleChart(release, {
      chart: "metrics-server",
      containerName: "metrics-server",
      ports: [containerPort("https", 10250)],
      servicePorts: [servicePort("https", 443, "https")],
    }),
};
