import { homedir } from "node:os";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { KubeconfigPlatform } from "../../mesh/aws/schema/platform.ts";
import { clusterProviderArgs, type KubernetesAccess } from "./kubernetes-access.ts";

export interface ExistingClusterArgs {
  /** Kubeconfig file and context. Plain. Source: `platform` of the stack's configuration. */
  readonly platform: KubeconfigPlatform;
  /** Identity of the cluster in Pulumi's eyes: a change replaces everything in it. */
  readonly clusterName: string;
}

/** A cluster that another team keeps: only its provider is made. */
export class ExistingCluster extends pulumi.ComponentResource implements KubernetesAccess {
  readonly provider: k8s.Provider;
  readonly ready: pulumi.Resource[] = [];

  constructor(name: string, args: ExistingClusterArgs, options: pulumi.ComponentResourceOptions) {
    super("ecommerce-mesh:cluster:ExistingCluster", name, {}, options);
    const { path, context } = args.platform;
    const kubeconfig = path?.replace(/^~(?=\/)/, homedir());
    this.provider = new k8s.Provider(`${name}-kubernetes`, clusterProviderArgs(args.clusterName, kubeconfig, context), {
      parent: this,
    });
    this.registerOutputs({});
  }
}
