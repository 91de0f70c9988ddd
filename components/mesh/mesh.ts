import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { platformNamespaces } from "../../model/namespaces.ts";
import { usesLoadBalancer } from "../../model/load-balancer.ts";
import { NAMESPACES } from "../../model/names.ts";
import type { HelmRelease } from "../../model/objects.ts";
import { egressGateway, ingressGateway, istioBase, istiod } from "../../model/releases/istio.ts";
import { peerAuthentication } from "../../model/security/peer-authentication.ts";
import type { StackData } from "../../model/stack.ts";
import { tracingTelemetry } from "../../model/tracing.ts";
import type { Edge } from "../edge/edge.ts";
import { createCoreObject } from "../kubernetes/core-object.ts";
import { createHelmRelease } from "../kubernetes/helm-release.ts";
import { createIstioObject } from "../kubernetes/istio-object.ts";
import { childOptions, type ComponentOptions } from "../child-options.ts";

/** What the mesh is made from. */
export interface MeshArgs {
  /** Configuration and catalog. Plain: shapes the graph. */
  readonly stack: StackData;
  /** Name of the cluster in the mesh's telemetry and in multi-cluster meshes. */
  readonly clusterName: string;
  /**
   * Makes what stands in front of the ingress gateway: before it and, so that no load balancer is left behind, until
   * after it. Given what brings Istio's CustomResourceDefinitions. Default: nothing.
   */
  readonly edge?: (istioCrds: pulumi.Resource) => Edge;
}

/** Istio: base, control plane, gateways, and the policies that hold for the whole mesh. */
export class Mesh extends pulumi.ComponentResource {
  /** The control plane. Nothing that its webhooks see may be created before it is ready. */
  readonly controlPlane: k8s.helm.v3.Release;
  /** The ingress gateway's release. */
  readonly ingressGateway: k8s.helm.v3.Release;
  /** What stands in front of it; undefined where nothing does. */
  readonly edge: Edge | undefined;
  /** Namespace of the ingress gateway, for its certificate. */
  readonly ingressNamespace: pulumi.CustomResource;

  constructor(name: string, args: MeshArgs, options: ComponentOptions) {
    super("ecommerce-mesh:mesh:Mesh", name, {}, options);
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

    // istiod does not start without the CustomResourceDefinitions.
    const base = install(istioBase(args.stack), []);
    this.controlPlane = install(istiod(args.stack, args.clusterName), [base]);
    // A gateway's pod is `image: auto` until istiod's injector has seen it.
    this.edge = args.edge?.(base);
    const { config } = args.stack;
    this.ingressGateway = install(
      ingressGateway(args.stack),
      [this.controlPlane, ...(this.edge === undefined ? [] : [this.edge])],
      // AWS would not delete the load balancer, and the Service would wait for that without end.
      usesLoadBalancer(config) && config.traffic.loadBalancer.deletionProtection,
    );
    if (args.stack.config.mesh.egressGateway.enabled) {
      install(egressGateway(args.stack), [this.controlPlane]);
    }
    // istiod's validation webhook refuses Istio objects until it answers.
    for (const object of [peerAuthentication(args.stack), ...tracingTelemetry(args.stack.config)]) {
      createIstioObject(name, object, childOptions(this, options, [this.controlPlane]));
    }

    this.ingressNamespace = required(namespaces, NAMESPACES.ingress);
    this.registerOutputs({});
  }
}

function required(namespaces: ReadonlyMap<string, pulumi.CustomResource>, name: string): pulumi.CustomResource {
  const namespace = namespaces.get(name);
  if (namespace === undefined) {
    throw new Error(`the model gives no namespace ${name}`);
  }
  return namespace;
}
