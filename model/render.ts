import { applicationObjects } from "./application.ts";
import { gatewayCertificates } from "./certificates/gateway.ts";
import { clusterIssuers } from "./certificates/issuers.ts";
import { workloadCertificates } from "./certificates/workloads.ts";
import { controlPlanes } from "./control-planes.ts";
import { eastWestObjects } from "./multi-cluster.ts";
import { certManagerNamespace, observabilityNamespace, platformNamespaces } from "./namespaces.ts";
import type { HelmRelease, KubernetesObject } from "./objects.ts";
import { consoleObjects } from "./observability/consoles.ts";
import { karpenterObjects } from "./karpenter/objects.ts";
import { addonNetworkPolicies } from "./observability/network-policies.ts";
import { meshTelemetry } from "./observability/telemetry/telemetry.ts";
import { installsRateLimitService } from "./rate-limit/installed.ts";
import { rateLimitParts } from "./rate-limit/objects.ts";
import { addonReleases } from "./releases/addons.ts";
import { certificateReleases } from "./releases/certificates.ts";
import { edgeReleases } from "./releases/edge.ts";
import { gatewayApiCrds } from "./releases/gateway-api-crds.ts";
import { gatewayReleases } from "./releases/gateways.ts";
import { istioBase } from "./releases/istio-base.ts";
import { istioCsr } from "./releases/istio-csr.ts";
import { istioCni } from "./releases/istio-cni.ts";
import { istiod } from "./releases/istiod.ts";
import { ztunnel } from "./releases/ztunnel.ts";
import { revisionTags } from "./revision-tags.ts";
import { karpenterReleases } from "./releases/karpenter.ts";
import { secretTemplates, type SecretTemplate } from "./secrets.ts";
import { certificateNetworkPolicies } from "./security/network-policies/certificates.ts";
import { platformNetworkPolicies } from "./security/network-policies/platform.ts";
import { peerAuthentication } from "./security/peer-authentication.ts";
import type { StackData } from "./stack.ts";
import { storageClasses } from "./storage-class.ts";
import { rateLimitServiceConfig } from "./traffic/rate-limits/settings.ts";
import { toYaml } from "./yaml.ts";

/** One file of a rendered stack. */
export interface RenderedFile {
  /** Path below the output folder, with `/`. */
  readonly path: string;
  readonly content: string;
}

/** Folder of what lies in no namespace. */
const CLUSTER_WIDE = "_cluster";

/** What stands in a rendered Secret where its value would be. */
export const MASK = "[secret]";

/** Every Kubernetes object that a stack makes itself, without those of its Helm releases and without its Secrets. */
export function stackObjects(stack: StackData, clusterName: string): KubernetesObject[] {
  return [
    ...storageClasses(stack.config),
    ...karpenterObjects(stack.config, clusterName),
    ...platformNamespaces(stack),
    observabilityNamespace(),
    ...certificateObjects(stack),
    ...revisionTags(stack),
    peerAuthentication(stack),
    ...eastWestObjects(stack),
    meshTelemetry(stack),
    ...addonNetworkPolicies(stack),
    ...consoleObjects(stack),
    ...platformNetworkPolicies(stack),
    ...rateLimitObjects(stack),
    ...applicationObjects(stack),
  ];
}

/** cert-manager's namespace and what is asked of it. */
function certificateObjects(stack: StackData): KubernetesObject[] {
  const namespace = certManagerNamespace(stack);
  return [
    ...(namespace === undefined ? [] : [namespace]),
    ...certificateNetworkPolicies(stack),
    ...clusterIssuers(stack),
    ...gatewayCertificates(stack),
    ...workloadCertificates(stack),
  ];
}

/** Every Helm release of a stack, in the order of their installation. */
export function stackReleases(stack: StackData, clusterName: string): HelmRelease[] {
  return [
    ...karpenterReleases(stack, clusterName),
    istioBase(stack),
    ...[gatewayApiCrds(stack), istioCni(stack)].filter((release) => release !== undefined),
    ...certificateReleases(stack),
    ...[istioCsr(stack, clusterName)].filter((release) => release !== undefined),
    ...controlPlanes(stack.config.mesh).map((plane) => istiod(stack, clusterName, plane)),
    ...[ztunnel(stack, clusterName)].filter((release) => release !== undefined),
    ...edgeReleases(stack, clusterName),
    ...gatewayReleases(stack),
    ...addonReleases(stack),
    ...[rateLimitParts(stack)?.redis].filter((release) => release !== undefined),
  ];
}

function rateLimitObjects(stack: StackData): KubernetesObject[] {
  const parts = rateLimitParts(stack);
  return parts === undefined ? [] : [parts.namespace, ...parts.guards, ...parts.service];
}

/**
 * What a stack would apply, as files: `objects/<namespace>/<kind>-<name>.yaml`, `releases/<name>.yaml`,
 * and `settings/` for what the stack does not apply itself.
 * The same stack always gives the same bytes; secrets are masked.
 */
export function renderStack(stack: StackData, clusterName: string): RenderedFile[] {
  return [
    ...stackObjects(stack, clusterName).map((object) => objectFile(object.kind, object.metadata, object)),
    ...secretTemplates(stack).map((template) => objectFile("Secret", template.metadata, maskedSecret(template))),
    ...stackReleases(stack, clusterName).map((release) => ({
      path: `releases/${release.name}.yaml`,
      content: toYaml(release),
    })),
    ...rateLimitSettings(stack),
  ].sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** What a rate limit service that is not the stack's has to be given. */
function rateLimitSettings(stack: StackData): RenderedFile[] {
  const content = installsRateLimitService(stack) ? undefined : rateLimitServiceConfig(stack);
  return content === undefined ? [] : [{ path: "settings/rate-limit-service.yaml", content }];
}

function objectFile(kind: string, metadata: KubernetesObject["metadata"], object: unknown): RenderedFile {
  // A Namespace lies in its own folder, beside what is in it.
  const namespace = metadata.namespace ?? (kind === "Namespace" ? metadata.name : CLUSTER_WIDE);
  return { path: `objects/${namespace}/${kind.toLowerCase()}-${metadata.name}.yaml`, content: toYaml(object) };
}

function maskedSecret({ metadata, type, keys }: SecretTemplate): unknown {
  const stringData = Object.fromEntries(keys.map((key) => [key, MASK]));
  return { apiVersion: "v1", kind: "Secret", metadata, type, stringData };
}
