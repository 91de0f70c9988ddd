import { peerAuthentication } from "./features/authorization/peer-authentication.ts";
import { istioCsr } from "./features/certificates/istio-csr.ts";
import { istiodCertificate, rootObjects } from "./features/certificates/workload-certificates.ts";
import { istioBase } from "./features/control-plane/istio-base.ts";
import { istioCni } from "./features/control-plane/istio-cni.ts";
import { istiod } from "./features/control-plane/istiod.ts";
import { revisionTags } from "./features/control-plane/revision-tags.ts";
import { controlPlanes } from "./features/control-plane/revisions/control-planes.ts";
import { ztunnel } from "./features/control-plane/ztunnel.ts";
import { gatewayApiCrds } from "./features/gateway-api/crds.ts";
import { edgeReleases } from "./features/gateways/edge-releases.ts";
import { balancedGateways } from "./features/gateways/load-balancer.ts";
import { gatewayReleases } from "./features/gateways/releases.ts";
import { eastWestObjects } from "./features/multi-cluster/multi-cluster.ts";
import { platformNetworkPolicies } from "./features/network-policies/platform.ts";
import { meshTelemetry } from "./features/observability/telemetry/telemetry.ts";
import { platformNamespaces } from "./features/workloads/namespaces.ts";
import { chain, type ComponentPlan, group, type Group, releaseGroup } from "./groups.ts";
import { NAMESPACES } from "./kubernetes/names.ts";
import type { HelmRelease } from "./kubernetes/objects.ts";
import type { StackData } from "./stack/stack.ts";

/** Group of a namespace of the platform. */
const namespaceGroup = (namespace: string) => `namespace/${namespace}`;
const ISTIO_SYSTEM = namespaceGroup(NAMESPACES.istioSystem);

/** Istio: base, control plane, gateways, and the policies that hold for the whole mesh. */
export function meshComponent(stack: StackData, clusterName: string): ComponentPlan {
  const namespaces = platformNamespaces(stack);
  const owned = new Set(namespaces.map(({ metadata }) => metadata.name));
  const namespaceOf = (name = "") => (owned.has(name) ? [namespaceGroup(name)] : []);
  const install = (name: string, release: HelmRelease | undefined, after: readonly string[] = []) =>
    releaseGroup(release, name, [...after, ...namespaceOf(release?.namespace)]);
  const gateways = gatewayGroups(stack, namespaceOf);
  return {
    name: "mesh",
    type: "ecommerce-mesh:mesh:Mesh",
    after: ["nodes"],
    groups: [
      ...namespaces.map((object) => group(namespaceGroup(object.metadata.name), [], { objects: [object] })),
      // The Secret of the mesh's certificate authority: made by the component from the engine's secrets.
      group("authority", [ISTIO_SYSTEM], {}),
      install("istio-base", istioBase(stack)),
      install("gateway-api", gatewayApiCrds(stack)),
      install("istio-cni", istioCni(stack), ["istio-base"]),
      // istiod finds its certificate at its start or not at all.
      group("signer", ["cert-manager"], { components: istioCsrComponent(stack, clusterName) }),
      // istiod does not start without the CustomResourceDefinitions, and makes a root of its own when it finds no other at its
      // start. And it leaves the redirection of traffic to the node agent: a pod that came before the agent would find no network.
      group("istiod", ["istio-base", "authority", "signer", "istio-cni", "gateway-api", ISTIO_SYSTEM], {
        releases: controlPlanes(stack.config.mesh).map((plane) => istiod(stack, clusterName, plane)),
      }),
      // ztunnel is ready once istiod has told it of the mesh.
      install("ztunnel", ztunnel(stack, clusterName), ["istio-cni", "istiod"]),
      // Pods of a tag are refused until istiod has written its CA into the tag's webhooks.
      group("tags", ["istiod"], { objects: revisionTags(stack) }),
      // In a component of its own beside the mesh: ExternalDNS reads objects of Istio and the Gateway API.
      group("edge", ["istio-base", "gateway-api"], { releases: edgeReleases(stack, clusterName) }),
      ...gateways,
      // istiod's validation webhook refuses Istio objects until it answers on port 15017. That istiod is ready is no proof
      // that it does; pods of the gateways are, because the API server had to reach the same port to get them injected.
      group(
        "policies",
        gateways.map(({ name }) => name),
        { objects: [peerAuthentication(stack), meshTelemetry(stack), ...eastWestObjects(stack)] },
      ),
      ...platformNetworkPolicies(stack).map((policy) => {
        const { name, namespace } = policy.metadata;
        return group(`network-policy/${namespace}/${name}`, namespaceOf(namespace), { objects: [policy] });
      }),
    ],
  };
}

/** A group for each gateway, called like its release. */
function gatewayGroups(stack: StackData, namespaceOf: (name: string) => string[]): Group[] {
  const { config } = stack;
  return gatewayReleases(stack).map((release) => {
    const balanced = balancedGateways(config).includes(release.name);
    // A gateway's pod is `image: auto` until istiod's injector has seen it. No load balancer is left behind by a controller
    // that goes before its gateway.
    const after = ["istiod", "tags", ...(balanced ? ["edge"] : []), ...namespaceOf(release.namespace)];
    // AWS would not delete the load balancer, and the Service would wait for that without end.
    const protect = balanced && config.traffic.loadBalancer.deletionProtection;
    return group(release.name, after, { releases: [release], protect });
  });
}

/**
 * What signs the workloads' certificates in istiod's place: the mesh's root, where it has one of its own, istiod's certificate, and
 * istio-csr, which is ready once the issuer has signed its own certificate.
 */
function istioCsrComponent(stack: StackData, clusterName: string): ComponentPlan[] {
  const release = istioCsr(stack, clusterName);
  if (release === undefined) {
    return [];
  }
  // One after the other: a root is there before the issuer that signs with it, and stays until that is gone.
  const root = chain(rootObjects(stack), ISTIO_SYSTEM);
  const issuer = root.at(-1)?.name ?? ISTIO_SYSTEM;
  return [
    {
      name: "mesh-istio-csr",
      type: "ecommerce-mesh:certificates:IstioCsr",
      after: [],
      groups: [
        ...root,
        group("certificate", [issuer], { objects: [istiodCertificate(stack)] }),
        releaseGroup(release, "istio-csr", [issuer]),
      ],
    },
  ];
}
