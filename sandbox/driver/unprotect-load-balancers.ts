import { KubernetesClient } from "../cluster/client.ts";
import { readKubeconfig } from "../cluster/kubeconfig.ts";
import { withoutDeletionProtection } from "../cluster/load-balancer-controller.ts";
import { listAt, type KubernetesObject } from "../../mesh/kubernetes/fields.ts";

const SERVICES = "/api/v1/services";

/**
 * Takes the deletion protection off every load balancer of the cluster: what `pulumi up` does before a destroy when
 * `traffic.loadBalancer.deletionProtection` has been set to false. On AWS it keeps users connected; here nobody is.
 * @returns how many had it
 */
export async function unprotectLoadBalancers(kubeconfig: string, signal: AbortSignal): Promise<number> {
  const client = new KubernetesClient(await readKubeconfig(kubeconfig));
  try {
    const services = listAt(await client.call("GET", SERVICES, { signal }), "items") as readonly KubernetesObject[];
    const guarded = services.flatMap((service) => {
      const annotations = withoutDeletionProtection(service);
      return annotations === undefined ? [] : [{ service, annotations }];
    });
    for (const { service, annotations } of guarded) {
      const { namespace = "default", name = "" } = service.metadata;
      await client.call("PATCH", `/api/v1/namespaces/${namespace}/services/${name}`, {
        contentType: "application/merge-patch+json",
        body: { metadata: { annotations } },
        signal,
      });
    }
    return guarded.length;
  } finally {
    client.close();
  }
}
