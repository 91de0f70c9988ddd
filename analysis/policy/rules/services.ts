import { NAMESPACES, RELEASES } from "../../../mesh/kubernetes/names.ts";
import { RELEASE } from "./pod-templates.ts";
import type { ResourceRule } from "./rule.ts";
import { at, items, leaves, text } from "./values.ts";

/** Releases whose Service may be reached from outside the cluster: by the world, by one's own networks, by other clusters. */
const GATEWAYS: readonly string[] = [RELEASES.ingressGateway, RELEASES.internalGateway, RELEASES.eastWestGateway];

/** Types of a Service that open a port outside the cluster. */
const OPEN = ["LoadBalancer", "NodePort"];

/** The only way in is the ingress gateway. */
export const noOtherWayIn: ResourceRule = {
  kind: "resource",
  name: "no-load-balancer-but-the-gateway",
  description: "Requests enter through the ingress gateway, where TLS, tokens and limits are.",
  level: "mandatory",
  remediation: "Make the Service a ClusterIP and give the service a route in the catalog.",
  judge: ({ type, props, name }) => {
    if (/^kubernetes:core\/v1:Service(Patch)?$/.test(type)) {
      const own = text(at(props, "metadata", "name"), name);
      const isGateway = at(props, "metadata", "namespace") === NAMESPACES.ingress && GATEWAYS.includes(own);
      const kind = text(at(props, "spec", "type"));
      const addresses = items(at(props, "spec", "externalIPs"));
      return [
        ...(OPEN.includes(kind) && !isGateway ? [`Service ${own} is a ${kind}`] : []),
        ...(addresses.length > 0 ? [`Service ${own} takes addresses of its own (externalIPs)`] : []),
      ];
    }
    if (type === RELEASE && !GATEWAYS.includes(text(at(props, "name"), name))) {
      return leaves(at(props, "values"))
        .filter(({ path, value }) => isServiceType(path) && OPEN.includes(text(value)))
        .map(({ path, value }) => `values.${path.join(".")} is ${text(value)}`);
    }
    return /^kubernetes:(networking\.k8s\.io|extensions)\/\w+:Ingress$/.test(type)
      ? ["an Ingress leads past the gateway"]
      : [];
  },
};

/** Charts write it as `service.type`, `serviceType` or `<part>Service.type`. */
function isServiceType(path: readonly string[]): boolean {
  const [parent = "", key = ""] = path.slice(-2);
  return key === "serviceType" || (key === "type" && /service$/i.test(parent));
}
