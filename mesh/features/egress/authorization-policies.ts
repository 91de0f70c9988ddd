import { make, named } from "../../kubernetes/make.ts";
import { EGRESS_SELECTOR, egressName, NAMESPACES, principal } from "../../kubernetes/names.ts";
import type { AuthorizationPolicyObject } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";
import { type External, gatewayExternals } from "./externals.ts";

/** Who may leave for where: each caller for what it declares, and nobody for anything else. */
export function egressPolicies(stack: StackData): AuthorizationPolicyObject[] {
  const externals = gatewayExternals(stack.catalog);
  const name = egressName(stack.catalog);
  return externals.length === 0
    ? []
    : [
        // Without rules nothing matches: from here on only what another policy allows passes.
        policy(`${name}-deny-all`, {}),
        ...externals
          .filter(({ callers }) => callers.length > 0)
          .map((external) => policy(`${name}-${external.name}`, callersOf(stack, external))),
      ];
}

type Spec = AuthorizationPolicyObject["spec"];

function callersOf({ config, catalog }: StackData, { spec: { host, tls }, callers }: External): Spec {
  const principals = callers.map((caller) => principal(config.mesh.trustDomain, catalog.namespace, caller));
  return {
    rules: [
      {
        from: [{ source: { principals } }],
        // The name in the mesh's TLS, which chose the server; of requests that the gateway sees, their own too.
        ...(tls === "originate" ? { to: [{ operation: { hosts: [host, `${host}:*`] } }] } : {}),
        when: [{ key: "connection.sni", values: [host] }],
      },
    ],
  };
}

function policy(name: string, spec: Spec): AuthorizationPolicyObject {
  return make("AuthorizationPolicy", named(name, NAMESPACES.egress), {
    selector: { matchLabels: EGRESS_SELECTOR },
    action: "ALLOW",
    ...spec,
  });
}
