import type { KubernetesObject } from "../../kubernetes/object.ts";
import { permissiveCrds } from "./permissive-crds.ts";
import type { Representation } from "./types.ts";

const GROUP = "gateway.networking.k8s.io";

/**
 * The kinds of the Gateway API that Istio reads, as definitions that accept anything. The chart's own are templates, so they
 * go with the release; these stay, as all definitions do in the sandbox. Nobody makes a waypoint's pods here.
 */
export const gatewayApiCrds: Representation = {
  defaults: {},
  objects: () =>
    [
      ...permissiveCrds(GROUP, ["v1"], ["Gateway", "HTTPRoute", "GRPCRoute"]),
      ...permissiveCrds(GROUP, ["v1beta1"], ["ReferenceGrant"]),
      ...permissiveCrds(GROUP, ["v1"], ["GatewayClass"], "Cluster"),
    ].map(unapproved),
};

/** The API server takes definitions of Kubernetes' own groups only with a word on their approval. */
function unapproved(definition: KubernetesObject): KubernetesObject {
  const { metadata } = definition;
  const annotations = {
    ...metadata.annotations,
    "api-approved.kubernetes.io": "unapproved, stands in for the chart's own",
  };
  return { ...definition, metadata: { ...metadata, annotations } };
}
