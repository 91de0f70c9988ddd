import { applicationObjects } from "./application.ts";
import { gatewayCertificates } from "./features/certificates/gateway.ts";
import { clusterIssuers } from "./features/certificates/issuers.ts";
import { workloadCertificates } from "./features/certificates/workloads.ts";
import { controlPlanes } from "./features/control-plane/revisions/control-planes.ts";
import { eastWestObjects } from "./features/multi-cluster/multi-cluster.ts";
import { certManagerNamespace, observabilityNamespace, platformNamespaces } from "./features/workloads/namespaces.ts";
import type { HelmRelease, KubernetesObject } from "./kubernetes/objects.ts";
import { consoleObjects } from "./features/observability/consoles.ts";
import { karpenterObjects } from "./aws/karpenter/objects.ts";
import { addonNetworkPolicies } from "./features/network-policies/observability.ts";
import { meshTelemetry } from "./features/observability/telemetry/telemetry.ts";
import { installsRateLimitService } from "./features/rate-limits/limits.ts";
import { addonReleases } from "./features/observability/releases.ts";
import { certificateReleases } from "./features/certificates/releases.ts";
import { edgeReleases } from "./features/gateways/edge-releases.ts";
import { gatewayApiCrds } from "./features/gateway-api/crds.ts";
import { gatewayReleases } from "./features/gateways/releases.ts";
import { istioBase } from "./features/control-plane/istio-base.ts";
import { istioCsr } from "./features/certificates/istio-csr.ts";
import { istioCni } from "./features/control-plane/istio-cni.ts";
import { istiod } from "./features/control-plane/istiod.ts";
import { ztunnel } from "./features/control-plane/ztunnel.ts";
import { revisionTags } from "./features/control-plane/revision-tags.ts";
import { karpenterReleases } from "./aws/karpenter/releases.ts";
import { secretTemplates } from "./secrets.ts";
import { certificateNetworkPolicies } from "./features/network-policies/certificates.ts";
import { platformNetworkPolicies } from "./features/network-policies/platform.ts";
import { peerAuthentication } from "./features/authorization/peer-authentication.ts";
import type { StackData } from "./stack/stack.ts";
import { storageClasses } from "./aws/storage-class.ts";
import { rateLimitServiceConfig } from "./features/rate-limits/global.ts";
import { toYaml } from "./kubernetes/yaml.ts";
import type { SecretTemplate } from "./kubernetes/secret-template.ts";
import { rateLimitParts } from "./rate-limit-parts.ts";

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
