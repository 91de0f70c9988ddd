import { objectName, type Finding } from "./finding.ts";
import { serviceOfHost } from "./hosts.ts";
import { carries, type ClusterView, type PodView } from "./view.ts";

/** Gateways that no pod serves, and those whose load balancer has no address. */
export function gatewayFindings(view: ClusterView): Finding[] {
  return served(view)
    .flatMap(({ object, pods }): Finding[] => {
      return pods.some(({ ready }) => ready)
        ? withoutAddress(view, pods)
        : [
            {
              code: "gateway-without-pods",
              severity: "error",
              object,
              message:
                "no ready pod of a gateway carries the labels of its selector, or is behind its address: nobody listens on its ports",
              remediation: "look at the pods of the gateway's namespace, and at the selector or the address",
            },
          ];
    })
    .filter(
      ({ object, code }, index, all) => all.findIndex((one) => one.object === object && one.code === code) === index,
    );
}

/** Hosts whose TLS a gateway is to end with a certificate that is not there. */
export function gatewayCertificateFindings({ gateways, pods, certificates, issuances = [] }: ClusterView): Finding[] {
  return gateways.flatMap(({ metadata, spec }) => {
    const selected = pods.filter((pod) => pod.alive && carries(pod.labels, spec.selector ?? {}));
    const places = [...new Set(selected.map(({ namespace }) => namespace))];
    const wanted = (spec.servers ?? []).flatMap(({ tls, hosts }) =>
      tls?.credentialName === undefined ? [] : [{ name: tls.credentialName, hosts }],
    );
    return wanted.flatMap(({ name, hosts }) =>
      places
        .filter((namespace) => {
          const isHere = (one: { readonly namespace: string }): boolean => one.namespace === namespace;
          return (
            !certificates.some((one) => isHere(one) && one.name === name && SERVED_KEYS.includes(one.key)) &&
            // Said by certificate-not-issued, with the reason.
            !issuances.some((one) => isHere(one) && one.secretName === name && !one.ready)
          );
        })
        .map((namespace): Finding => ({
          code: "gateway-without-certificate",
          severity: "error",
          object: objectName("Gateway", { ...metadata, namespace: metadata.namespace ?? "default" }),
          message: `the Secret ${namespace}/${name} is not there, or holds no certificate: the gateway closes every connection for ${hosts.join(", ")}`,
          remediation: `put certificate and key into it as tls.crt and tls.key, in the namespace of the gateway's pods: kubectl -n ${namespace} get secret ${name}`,
        })),
    );
  });
}

/** Keys of a Secret under which a gateway looks for its certificate. */
const SERVED_KEYS: readonly string[] = ["tls.crt", "cert"];

/** Each Gateway with the pods that its selector, or the Service at its address, selects. */
function served({ gateways, gatewayApi = [], pods, services }: ClusterView): { object: string; pods: PodView[] }[] {
  const alive = pods.filter((pod) => pod.alive);
  return [
    ...gateways.map(({ metadata, spec }) => ({
      object: objectName("Gateway", { ...metadata, namespace: metadata.namespace ?? "default" }),
      pods: alive.filter((pod) => carries(pod.labels, spec.selector ?? {})),
    })),
    ...gatewayApi
      .filter(({ kind }) => kind === "Gateway")
      .map(({ services: addresses, ...gateway }) => {
        const behind = addresses.flatMap((host) => serviceOfHost(services, host, gateway.namespace) ?? []);
        return {
          object: objectName("Gateway", gateway),
          pods: alive.filter((pod) =>
            behind.some(
              ({ namespace, selector }) =>
                namespace === pod.namespace && selector !== undefined && carries(pod.labels, selector),
            ),
          ),
        };
      }),
  ];
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
      remediation: `see why: kubectl -n ${service.namespace} describe service ${service.name}; on EKS, look at the AWS Load Balancer Controller's log`,
    }));
}
