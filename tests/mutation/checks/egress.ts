import { EGRESS_SELECTOR, NAMESPACES, principal } from "../../../mesh/kubernetes/names.ts";
import { authorize } from "../../../analysis/authorization/authorize.ts";
import { ofKind, reading } from "./check.ts";

/** Every service at the egress gateway, for every external service that is reached by it: let out exactly when the catalog says so. */
export const egress = reading(["AuthorizationPolicy"], ({ catalog, config }, objects) => {
  const world = {
    policies: ofKind(objects, "AuthorizationPolicy"),
    rootNamespace: NAMESPACES.istioSystem,
    trustDomains: [config.mesh.trustDomain],
  };
  const gateway = { namespace: NAMESPACES.egress, labels: EGRESS_SELECTOR };
  const throughGateway = Object.entries(catalog.externalServices).filter(([, { egressGateway }]) => egressGateway);
  // Also on the day when the last caller gives its permission back.
  const closed = { ...world, policies: world.policies.filter(({ spec }) => spec.rules === undefined) };
  if (throughGateway.length > 0 && authorize(closed, gateway, { method: "GET", path: "/" }).allowed) {
    return "the egress gateway is open to whoever no policy names";
  }
  for (const [external, { host }] of throughGateway) {
    for (const [caller, { externalCalls }] of Object.entries(catalog.services)) {
      const identity = principal(config.mesh.trustDomain, catalog.namespace, caller);
      const request = { method: "GET", path: "/", principal: identity };
      const expected = externalCalls.includes(external);
      if (authorize(world, gateway, { ...request, host, sni: host }).allowed !== expected) {
        return `${caller} -> ${host}: ${expected ? "refused" : "let out"}`;
      }
      for (const other of [
        { host: "elsewhere.example", sni: host },
        { host, sni: "elsewhere.example" },
      ]) {
        if (authorize(world, gateway, { ...request, ...other }).allowed) {
          return `${caller} is let out to ${other.host} under the name ${other.sni}`;
        }
      }
    }
  }
  return undefined;
});
