import { make, named } from "../../../kubernetes/make.ts";
import { INTERNAL_SELECTOR, internalName, NAMESPACES, principal } from "../../../kubernetes/names.ts";
import type { AuthorizationPolicyObject } from "../../../kubernetes/objects.ts";
import type { StackData } from "../../../stack/stack.ts";
import { callingServices } from "./callers.ts";

type Spec = AuthorizationPolicyObject["spec"];
type Source = NonNullable<NonNullable<NonNullable<Spec["rules"]>[number]["from"]>[number]["source"]>;

/** Who may ask the internal gateway: services by their identity, clients without a sidecar by their addresses, nobody else. */
export function internalPolicies(stack: StackData): AuthorizationPolicyObject[] {
  const name = internalName(stack.catalog);
  const sources = sourcesOf(stack);
  return [
    // Without rules nothing matches: from here on only what another policy allows passes.
    policy(`${name}-deny-all`, {}),
    ...(sources.length === 0
      ? []
      : [policy(`${name}-callers`, { rules: [{ from: sources.map((source) => ({ source })) }] })]),
  ];
}

function sourcesOf({ config, catalog }: StackData): Source[] {
  const services = callingServices(config);
  const { clients } = config.traffic.internalGateway.callers;
  return [
    ...(services.length === 0
      ? []
      : [{ principals: services.map((name) => principal(config.mesh.trustDomain, catalog.namespace, name)) }]),
    // Who has a certificate is held to what it says.
    ...clients.map(({ addresses }) => ({ notPrincipals: ["*"], ipBlocks: [...addresses] })),
  ];
}

function policy(name: string, spec: Spec): AuthorizationPolicyObject {
  return make("AuthorizationPolicy", named(name, NAMESPACES.ingress), {
    selector: { matchLabels: INTERNAL_SELECTOR },
    action: "ALLOW",
    ...spec,
  });
}
