import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { PROJECT } from "../../mesh/load/project.ts";
import { remoteSecret } from "../../mesh/features/multi-cluster/multi-cluster.ts";
import { CA_FILES, caKey, kubeconfigKey } from "../../mesh/features/multi-cluster/schema/multi-cluster.ts";
import type { SecretTemplate } from "../../mesh/kubernetes/secret-template.ts";
import { childOptions, type ComponentOptions } from "../kubernetes/child-options.ts";
import { createSecret } from "../kubernetes/secret.ts";

export interface RemoteClustersArgs {
  /** Names of the clusters. Plain: shapes the graph. Source: `mesh.multiCluster.remoteClusters`. */
  readonly clusters: readonly string[];
}

/** How istiod finds the services of other clusters: a Secret with each one's kubeconfig, read from the engine's secrets. */
export class RemoteClusters extends pulumi.ComponentResource {
  constructor(name: string, args: RemoteClustersArgs, options: ComponentOptions) {
    super("ecommerce-mesh:mesh:RemoteClusters", name, {}, options);
    const config = new pulumi.Config(PROJECT);
    for (const cluster of args.clusters) {
      const kubeconfig = config.requireSecret(kubeconfigKey(cluster));
      createSecret(`${name}-${cluster}`, remoteSecret(cluster), { [cluster]: kubeconfig }, childOptions(this, options));
    }
    this.registerOutputs({});
  }
}

/**
 * Registers the Secret of the mesh's certificate authority, its files read from the engine's secrets.
 * @param parentName name of the component that owns it
 */
export function createAuthority(
  parentName: string,
  template: SecretTemplate,
  options: pulumi.CustomResourceOptions,
): k8s.core.v1.Secret {
  const config = new pulumi.Config(PROJECT);
  const data = Object.fromEntries(CA_FILES.map((file) => [file, config.requireSecret(caKey(file))]));
  return createSecret(`${parentName}-cacerts`, template, data, options);
}
