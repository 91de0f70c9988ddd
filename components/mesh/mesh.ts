import * as pulumi from "@pulumi/pulumi";
import { caSecret } from "../../mesh/features/multi-cluster/multi-cluster.ts";
import { NAMESPACES, RELEASES } from "../../mesh/kubernetes/names.ts";
import { meshComponent } from "../../mesh/mesh-inventory.ts";
import type { StackData } from "../../mesh/stack/stack.ts";
import type { Edge } from "../edge/edge.ts";
import type { ComponentOptions } from "../kubernetes/child-options.ts";
import { registerGroups, required } from "../ordered-objects.ts";
import { createAuthority } from "./engine-secrets.ts";

export interface MeshArgs {
  /** Configuration and catalog. Plain: shapes the graph. */
  readonly stack: StackData;
  /** Name of the cluster in the mesh's telemetry and in multi-cluster meshes. */
  readonly clusterName: string;
  /**
   * Makes what lies in front of the ingress gateway: before it and, so that no load balancer is left behind, until
   * after it. Given what brings the CustomResourceDefinitions of Istio and the Gateway API. Default: nothing.
   */
  readonly edge?: (definitions: readonly pulumi.Resource[]) => Edge;
  /** What the objects in cert-manager's care wait for. Default: nothing; only with `mesh.istioCsr` it is needed. */
  readonly certManager?: pulumi.Resource;
}

/** Istio: base, control plane, gateways, and the policies that hold for the whole mesh. */
export class Mesh extends pulumi.ComponentResource {
  /** The ingress gateway's release. */
  readonly ingressGateway: pulumi.Resource[];
  /** What lies in front of it; undefined where nothing does. */
  readonly edge: Edge | undefined;
  /** Namespace of the ingress gateway, for its certificate. */
  readonly ingressNamespace: pulumi.Resource[];

  constructor(name: string, args: MeshArgs, options: ComponentOptions) {
    const plan = meshComponent(args.stack, args.clusterName);
    super(plan.type, name, {}, options);
    const { stack, edge, certManager } = args;
    const ca = caSecret(stack);
    let inFront: Edge | undefined;
    const made = registerGroups(this, plan, options, {
      given: new Map([["cert-manager", certManager === undefined ? [] : [certManager]]]),
      makers: {
        authority: (_, child) => (ca === undefined ? [] : [createAuthority(name, ca, child)]),
        edge: (_, __, definitions) => {
          inFront = edge?.(definitions);
          return inFront === undefined ? [] : [inFront];
        },
      },
    });
    this.edge = inFront;
    this.ingressGateway = required(made, RELEASES.ingressGateway);
    this.ingressNamespace = required(made, `namespace/${NAMESPACES.ingress}`);
    this.registerOutputs({});
  }
}
