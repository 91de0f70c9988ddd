import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { controlPlanes } from "../../mesh/features/control-plane/revisions/control-planes.ts";
import { platformNamespaces } from "../../mesh/features/workloads/namespaces.ts";
import { balancedGateways } from "../../mesh/features/gateways/load-balancer.ts";
import { NAMESPACES, RELEASES } from "../../mesh/kubernetes/names.ts";
import type { HelmRelease } from "../../mesh/kubernetes/objects.ts";
import { gatewayApiCrds } from "../../mesh/features/gateway-api/crds.ts";
import { gatewayReleases } from "../../mesh/features/gateways/releases.ts";
import { istioBase } from "../../mesh/features/control-plane/istio-base.ts";
import { istioCni } from "../../mesh/features/control-plane/istio-cni.ts";
import { istioCsr } from "../../mesh/features/certificates/istio-csr.ts";
import { istiod } from "../../mesh/features/control-plane/istiod.ts";
import { ztunnel } from "../../mesh/features/control-plane/ztunnel.ts";
import { caSecret, eastWestObjects } from "../../mesh/features/multi-cluster/multi-cluster.ts";
import { revisionTags } from "../../mesh/features/control-plane/revision-tags.ts";
import { platformNetworkPolicies } from "../../mesh/features/network-policies/platform.ts";
import { peerAuthentication } from "../../mesh/features/authorization/peer-authentication.ts";
import type { StackData } from "../../mesh/stack/stack.ts";
import { meshTelemetry } from "../../mesh/features/observability/telemetry/telemetry.ts";
import { IstioCsr } from "../certificates/istio-csr.ts";
import type { Edge } from "../edge/edge.ts";
import { createCoreObject } from "../kubernetes/core-object.ts";
import { createHelmRelease } from "../kubernetes/helm-release.ts";
import { createCustomObject } from "../kubernetes/custom-object.ts";
import { createAuthority } from "./certificate-authority.ts";
import { childOptions, type ComponentOptions } from "../kubernetes/child-options.ts";

/** What the mesh is made from. */
export interface MeshArgs {
  /** Configuration and catalog. Plain: shapes the graph. */
  readonly stack: StackData;
  /** Name of the cluster in the mesh's telemetry and in multi-cluster meshes. */
  readonly clusterName: string;
  /**
   * Makes what stands in front of the ingress gateway: before it and, so that no load balancer is left behind, until
   * after it. Given what brings the CustomResourceDefinitions of Istio and the Gateway API. Default: nothing.
   */
  readonly edge?: (definitions: readonly pulumi.Resource[]) => Edge;
  /** What the objects in cert-manager's care wait for. Default: nothing; only with `mesh.istioCsr` it is needed. */
  readonly certManager?: pulumi.Resource;
}

/** Istio: base, control plane, gateways, and the policies that hold for the whole mesh. */
export class Mesh extends pulumi.ComponentResource {
  /** The control planes: one, or two while an upgrade lasts. */
  readonly controlPlanes: readonly k8s.helm.v3.Release[];
  /** The gateways. Each was injected by istiod, so where they are ready, istiod's webhooks answer. */
  readonly gateways: readonly k8s.helm.v3.Release[];
  /** The ingress gateway's release. */
  readonly ingressGateway: k8s.helm.v3.Release;
  /** What stands in front of it; undefined where nothing does. */
  readonly edge: Edge | undefined;
  /** Namespace of the ingress gateway, for its certificate. */
  readonly ingressNamespace: pulumi.CustomResource;

  constructor(name: string, args: MeshArgs, options: ComponentOptions) {
    super("ecommerce-mesh:mesh:Mesh", name, {}, options);
    const { config } = args.stack;
    const namespaces = new Map(
      platformNamespaces(args.stack).map((object) => [
        object.metadata.name,
        createCoreObject(name, object, childOptions(this, options)),
      ]),
    );
    const install = (release: HelmRelease, dependsOn: pulumi.Resource[], protect = false) => {
      const namespace = namespaces.get(release.namespace);
      const after = [...dependsOn, ...(namespace === undefined ? [] : [namespace])];
      return createHelmRelease(release, { ...childOptions(this, options, after), ...(protect ? { protect } : {}) });
    };

    const ca = caSecret(args.stack);
    const authority =
      ca === undefined
        ? []
        : [createAuthority(name, ca, childOptions(this, options, [required(namespaces, NAMESPACES.istioSystem)]))];
    const csr = istioCsr(args.stack, args.clusterName);
    const signer =
      csr === undefined
        ? []
        : [
            new IstioCsr(
              `${name}-istio-csr`,
              { stack: args.stack, release: csr, istioNamespace: required(namespaces, NAMESPACES.istioSystem) },
              childOptions(this, options, args.certManager === undefined ? [] : [args.certManager]),
            ),
          ];
    // istiod does not start without the CustomResourceDefinitions.
    const base = install(istioBase(args.stack), []);
    const agent = istioCni(args.stack);
    const agents = agent === undefined ? [] : [install(agent, [base])];
    const definitions = gatewayApiCrds(args.stack);
    const gatewayApi = definitions === undefined ? [] : [install(definitions, [])];
    this.controlPlanes = controlPlanes(config.mesh).map((plane) =>
      // istiod makes a root of its own when it finds no other at its start. And it leaves the redirection of traffic to the
      // node agent: a pod that came before the agent would find no network.
      install(istiod(args.stack, args.clusterName, plane), [base, ...authority, ...signer, ...agents, ...gatewayApi]),
    );
    // ztunnel is ready once istiod has told it of the mesh.
    const nodeProxy = ztunnel(args.stack, args.clusterName);
    if (nodeProxy !== undefined) {
      install(nodeProxy, [...agents, ...this.controlPlanes]);
    }
    // Pods that go by a tag are refused until istiod has written its CA into the tag's webhooks.
    const tags = revisionTags(args.stack).map((tag) =>
      createCoreObject(name, tag, childOptions(this, options, this.controlPlanes)),
    );
    this.edge = args.edge?.([base, ...gatewayApi]);
    const gateways = new Map(
      gatewayReleases(args.stack).map((gateway) => {
        const balanced = balancedGateways(config).includes(gateway.name);
        // A gateway's pod is `image: auto` until istiod's injector has seen it.
        const after = [...this.controlPlanes, ...tags, ...(balanced && this.edge !== undefined ? [this.edge] : [])];
        // AWS would not delete the load balancer, and the Service would wait for that without end.
        const protect = balanced && config.traffic.loadBalancer.deletionProtection;
        return [gateway.name, install(gateway, after, protect)];
      }),
    );
    this.gateways = [...gateways.values()];
    this.ingressGateway = required(gateways, RELEASES.ingressGateway);
    // istiod's validation webhook refuses Istio objects until it answers on port 15017. That istiod is ready is no proof
    // that it does; pods of the gateways are, because the API server had to reach the same port to get them injected.
    for (const object of [peerAuthentication(args.stack), meshTelemetry(args.stack), ...eastWestObjects(args.stack)]) {
      createCustomObject(name, object, childOptions(this, options, this.gateways));
    }
    for (const object of platformNetworkPolicies(args.stack)) {
      const namespace = namespaces.get(object.metadata.namespace ?? "");
      createCoreObject(name, object, childOptions(this, options, namespace === undefined ? [] : [namespace]));
    }

    this.ingressNamespace = required(namespaces, NAMESPACES.ingress);
    this.registerOutputs({});
  }
}

function required<T>(all: ReadonlyMap<string, T>, name: string): T {
  const found = all.get(name);
  if (found === undefined) {
    throw new Error(`the model gives no ${name}`);
  }
  return found;
}
