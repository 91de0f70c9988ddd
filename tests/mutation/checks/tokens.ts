import { NAMESPACES, RELEASES } from "../../../mesh/kubernetes/names.ts";
import type { RequestAuthenticationObject } from "../../../mesh/kubernetes/objects.ts";
import { hasLabels } from "../../../analysis/objects/object.ts";
import { ofKind, reading } from "./check.ts";

type JwtRule = NonNullable<RequestAuthenticationObject["spec"]["jwtRules"]>[number];

/** Every service trusts the issuers of the catalog, in every detail, and nobody else trusts any. */
export const tokens = reading(["RequestAuthentication"], ({ catalog }, objects) => {
  const services = Object.entries(catalog.services).map(([name, { jwt }]) => ({
    workload: { namespace: catalog.namespace, labels: { app: name } },
    expected: jwt?.rules ?? [],
  }));
  const others = [
    { namespace: NAMESPACES.ingress, labels: { app: RELEASES.ingressGateway } },
    { namespace: catalog.namespace, labels: { app: "stranger" } },
    { namespace: "strangers", labels: { app: "stranger" } },
  ].map((workload) => ({ workload, expected: [] }));
  const wrong = [...services, ...others].find(({ workload, expected }) => {
    const holding = ofKind(objects, "RequestAuthentication")
      .filter(({ metadata }) => [workload.namespace, NAMESPACES.istioSystem].includes(metadata.namespace ?? ""))
      .filter(({ spec }) => hasLabels(workload.labels, spec.selector?.matchLabels))
      .flatMap(({ spec }) => spec.jwtRules ?? []);
    return inFull(holding) !== inFull(expected);
  });
  return wrong && `${wrong.workload.labels.app} takes other tokens than the catalog says`;
});

/** Rules with what is left out in them, so that two that mean the same are the same text. */
function inFull(rules: readonly Partial<JwtRule>[]): string {
  return JSON.stringify(
    rules.map((rule) => [
      rule.issuer ?? "",
      rule.jwksUri ?? "",
      rule.jwks ?? "",
      rule.audiences ?? [],
      rule.forwardOriginalToken ?? false,
      (rule.fromHeaders ?? []).map(({ name, prefix }) => [name, prefix ?? ""]),
      rule.fromCookies ?? [],
      rule.fromParams ?? [],
      (rule.outputClaimToHeaders ?? []).map(({ header, claim }) => [header, claim]),
    ]),
  );
}
