import { z } from "zod";
import { chartRepository } from "./charts.ts";
import { cpuTarget, dnsLabel, port, replicas, resources, semver } from "./common.ts";
import { multiCluster } from "./mesh/multi-cluster.ts";
import { revisions, revisionTag, tags } from "./revisions.ts";

const gatewayPort = z.strictObject({
  name: z.string().min(1).describe("Port name; Istio reads the protocol from it."),
  port: port.describe("Port of the Service."),
  targetPort: port.describe("Port of the gateway's pod, above 1024: it runs without privileges."),
});

const gatewayResources = {
  requests: { cpu: "100m", memory: "128Mi" },
  limits: { cpu: "2000m", memory: "1024Mi" },
} as const;

const ingressGateway = z.strictObject({
  replicas: replicas.prefault({ min: 2, max: 5 }).describe("Bounds of the HorizontalPodAutoscaler."),
  cpuTarget,
  resources: resources.prefault(gatewayResources).describe("Requests and limits of a gateway pod."),
  ports: z
    .array(gatewayPort)
    .min(1)
    .prefault([
      { name: "http2", port: 80, targetPort: 8080 },
      { name: "https", port: 443, targetPort: 8443 },
    ])
    .describe("Ports that the gateway listens on, beside the status port 15021."),
  serviceType: z
    .enum(["LoadBalancer", "NodePort", "ClusterIP"])
    .default("LoadBalancer")
    .describe("Type of the gateway's Service. `NodePort` where nothing hands out load balancers, as in kind."),
  revisionTag: revisionTag
    .optional()
    .describe("Tag whose control plane serves the gateway. Default: `stable`. Only with `mesh.revisions`."),
});

const egressGateway = z.strictObject({
  enabled: z.boolean().default(true).describe("Install the egress gateway."),
  replicas: replicas.prefault({ min: 2, max: 5 }).describe("Bounds of the HorizontalPodAutoscaler."),
  cpuTarget,
  resources: resources.prefault(gatewayResources).describe("Requests and limits of a gateway pod."),
  revisionTag: revisionTag
    .optional()
    .describe("Tag whose control plane serves the gateway. Default: `stable`. Only with `mesh.revisions`."),
});

const istiod = z.strictObject({
  replicas: replicas.prefault({ min: 3, max: 5 }).describe("Bounds of the HorizontalPodAutoscaler."),
  cpuTarget,
  resources: resources
    .prefault({ requests: { cpu: "500m", memory: "2Gi" }, limits: { cpu: "1000m", memory: "4Gi" } })
    .describe("Requests and limits of an istiod pod."),
});

const proxy = z.strictObject({
  resources: resources
    .prefault({ requests: { cpu: "10m", memory: "128Mi" }, limits: { cpu: "500m", memory: "512Mi" } })
    .describe("Requests and limits of a sidecar."),
  concurrency: z
    .int()
    .min(0)
    .max(64)
    .default(2)
    .describe("Worker threads of a sidecar; 0 takes as many as the CPU limit."),
});

/** The Istio control plane and its gateways. */
export const mesh = z.strictObject({
  version: semver
    .optional()
    .describe(
      "Istio version of control plane, gateways and sidecars, upgraded in place. Default: 1.30.7. Not beside `revisions`.",
    ),
  revisions: revisions
    .optional()
    .describe(
      "In place of `version`: the control planes by revision, two while an upgrade lasts. See [upgrading](upgrading.md).",
    ),
  tags: tags.optional().describe("What the tags point at. Only with `revisions`."),
  repository: chartRepository
    .default("https://istio-release.storage.googleapis.com/charts")
    .describe("Repository, `oci://` registry or directory of the charts base, istiod and gateway."),
  meshId: dnsLabel.default("mesh1").describe("Identity of the mesh; equal in all its clusters."),
  network: dnsLabel
    .optional()
    .describe(
      "Name of the network that the pods share. Default: network1, which no two clusters of a mesh may both be.",
    ),
  trustDomain: z.string().min(1).default("cluster.local").describe("Trust domain of the workload certificates."),
  outboundTraffic: z
    .enum(["ALLOW_ANY", "REGISTRY_ONLY"])
    .default("REGISTRY_ONLY")
    .describe("Whether workloads may call hosts that the mesh does not know."),
  istiod: istiod.prefault({}).describe("The control plane's Deployment."),
  ingressGateway: ingressGateway.prefault({}).describe("Where traffic enters."),
  egressGateway: egressGateway.prefault({}).describe("Where traffic to external services leaves."),
  multiCluster: multiCluster.prefault({}).describe("The part of this cluster in a mesh of several."),
  proxy: proxy.prefault({}).describe("The sidecars."),
});

export type MeshConfig = z.infer<typeof mesh>;
