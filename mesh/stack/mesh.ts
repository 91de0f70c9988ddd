import { z } from "zod";
import { chartRepository } from "../schema/charts.ts";
import { dnsLabel, flag, matching, oneOf, optional, semver, text } from "../schema/common.ts";
import { ambient, gatewayApiCrds } from "../features/data-plane/schema/ambient.ts";
import { cni } from "../features/data-plane/schema/cni.ts";
import { defaultTrafficPolicy } from "../features/routing/schema/default-traffic-policy.ts";
import { egressGateway, ingressGateway, internalGateway } from "../features/gateways/schema/gateways.ts";
import { istioCsr } from "../features/certificates/schema/istio-csr.ts";
import { istiod } from "../features/control-plane/schema/istiod.ts";
import { DEFAULT_NETWORK, multiCluster } from "../features/multi-cluster/schema/multi-cluster.ts";
import { proxy } from "../features/data-plane/schema/proxy.ts";
import { DEFAULT_ISTIO_VERSION, revisions, tags } from "../features/control-plane/schema/revisions.ts";

/** The Istio control plane and its gateways. */
export const mesh = z.strictObject({
  version: optional(semver).describe(
    `Istio version of control plane, gateways and sidecars, upgraded in place. Default: ${DEFAULT_ISTIO_VERSION}. Not beside \`revisions\`.`,
  ),
  revisions: optional(revisions).describe(
    "In place of `version`: the control planes by revision, two while an upgrade lasts. See [upgrading](upgrading.md).",
  ),
  tags: tags.optional().describe("What the tags point at. Only with `revisions`."),
  mode: oneOf(["sidecar", "ambient"], "sidecar").describe(
    "`sidecar`: a proxy in every pod. `ambient`: one a node (ztunnel) and a waypoint in front of the application. See [ADR 6](adr/0006-ambient-mode.md).",
  ),
  ambient: ambient.prefault({}).describe("The proxies of `mode: ambient`; nothing with `sidecar`."),
  gatewayApi: flag(false).describe(
    "Declare the ingress gateway's hosts and routes by Gateway and HTTPRoute of the Gateway API in place of Istio's own kinds. See [ADR 7](adr/0007-gateway-api-for-the-ingress.md).",
  ),
  gatewayApiCrds: gatewayApiCrds
    .prefault({})
    .describe(
      "CustomResourceDefinitions of the Gateway API. Only with `gatewayApi`, or with `mode: ambient`, whose waypoints are declared with them.",
    ),
  repository: chartRepository
    .default("https://istio-release.storage.googleapis.com/charts")
    .describe("Repository, `oci://` registry or directory of the charts base, cni, istiod, ztunnel and gateway."),
  hub: matching(
    /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)*$/,
    "expected a registry and path such as registry.example.com/istio",
  )
    .optional()
    .describe("Registry and path of Istio's images, for a mirror of your own. Default: the charts'."),
  meshId: dnsLabel.default("mesh1").describe("Identity of the mesh; equal in all its clusters."),
  network: optional(dnsLabel).describe(
    `Name of the network that the pods share. Default: ${DEFAULT_NETWORK}, which no two clusters of a mesh may both be.`,
  ),
  trustDomain: text.default("cluster.local").describe("Trust domain of the workload certificates."),
  outboundTraffic: oneOf(["ALLOW_ANY", "REGISTRY_ONLY"], "REGISTRY_ONLY").describe(
    "Whether workloads may call hosts that the mesh does not know.",
  ),
  priorityClassName: text
    .default("system-cluster-critical")
    .describe("PriorityClass of istiod and the gateways. Default: a class that Kubernetes brings."),
  defaultTrafficPolicy: optional(defaultTrafficPolicy).describe(
    "Connection pool and outlier detection of hosts without a policy of their own. Istio 1.31 and later.",
  ),
  istiod: istiod.prefault({}).describe("The control plane's Deployment."),
  ingressGateway: ingressGateway.prefault({}).describe("Where traffic enters."),
  egressGateway: egressGateway.prefault({}).describe("Where traffic to external services leaves."),
  internalGateway: internalGateway.prefault({}).describe("Where calls from inside the cluster enter."),
  multiCluster: multiCluster.prefault({}).describe("The part of this cluster in a mesh of several."),
  istioCsr: istioCsr.prefault({}).describe("Workload certificates from cert-manager (istio-csr)."),
  cni: cni.prefault({}).describe("The node agent istio-cni."),
  proxy: proxy.prefault({}).describe("Sidecars and gateways."),
});

export type MeshConfig = z.infer<typeof mesh>;
