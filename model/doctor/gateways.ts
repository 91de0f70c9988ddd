import { objectName, type Finding } from "./finding.ts";
import { carries, type ClusterView, type PodView } from "./view.ts";

/** Gateways that no pod serves, and those whose load balancer has no address. */
export function gatewayFindings(view: ClusterView): Finding[] {
  return view.gateways
    .flatMap((gateway): Finding[] => {
      const { namespace = "default" } = gateway.metadata;
      const object = objectName("Gateway", { ...gateway.metadata, namespace });
      const selector = gateway.spec.selector ?? {};
      const pods = view.pods.filter((pod) => pod.alive && carries(pod.labels, selector));
      return pods.some(({ ready }) => ready)
        ? withoutAddress(view, pods)
        : [
            {
              code: "gateway-without-pods",
              severity: "error",
              object,
              message: "no ready pod of a gateway carries the labels of its selector: nobody listens on its ports",
              mend: "look at the pods of the gateway's namespace, and at the labels in the selector",
            },
          ];
    })
    .filter(
      ({ object, code }, index, all) => all.findIndex((one) => one.object === object && one.code === code) === index,
    );
}

function withoutAddress({ services }: ClusterView, pods: readonly PodView[]): Finding[] {
  return services
    .filter(
      ({ type, selector, addresses }) => type === "LoadBalancer" && selector !== undefined && addresses.length === 0,
    )
    .filter(({ namespace, selector = {} }) =>
      pods.some((pod) => pod.namespace === namespace && carries(pod.labels, selector)),
    )
    .map((service) => ({
      code: "gateway-without-address",
      severity: "error",
      object: objectName("Service", service),
      message: "its load balancer has no address: nothing from outside reaches the gateway",
      mend: `see why: kubectl -n ${service.namespace} describe service ${service.name}; on EKS, look at the AWS Load Balancer Controller's log`,
    }));
}
