import {
  type ComponentRequest,
  type Plain,
  type PropertyMap,
  type PropertyValue,
  Secret,
  UNKNOWN,
} from "../../protocol/index.ts";
import type { CloudHooks } from "../types.ts";
import { type Member, outputOf } from "./family.ts";
import { text } from "./values.ts";

/**
 * The two forms in which the component gives its kubeconfig. The published component's holds no credentials: it runs
 * `aws eks get-token`. The local API server has no such tool in front of it, so the fake's is the server's own kubeconfig
 * with credentials, and therefore secret. While the cluster does not exist both are unknown.
 */
export async function kubeconfigOf(
  request: ComponentRequest,
  cluster: Member,
  hooks: CloudHooks,
): Promise<PropertyMap & { readonly kubeconfig: PropertyValue; readonly kubeconfigJson: PropertyValue }> {
  const endpoint = text(outputOf(cluster, "endpoint"));
  const access = endpoint === undefined ? undefined : await hooks.clusterAccess();
  if (access === undefined) {
    if (!request.dryRun) {
      throw new Error("the sandbox's control plane does not run, so there is no kubeconfig for the cluster");
    }
    return { kubeconfig: UNKNOWN, kubeconfigJson: UNKNOWN };
  }
  return {
    kubeconfig: new Secret(JSON.parse(access.kubeconfigJson) as Plain),
    kubeconfigJson: new Secret(access.kubeconfigJson),
  };
}
