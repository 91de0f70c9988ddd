import type { Caller, Edge } from "../../stack/call-graph.ts";
import { NAMESPACES, principal, RELEASES } from "../../kubernetes/names.ts";
import type { AuthorizationPolicyObject } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";

/** A rule of an AuthorizationPolicy. */
export type Rule = NonNullable<AuthorizationPolicyObject["spec"]["rules"]>[number];
type Source = NonNullable<NonNullable<Rule["from"]>[number]["source"]>;

/** What an arrow allows: who calls, what is asked, and what the user's token must say. */
export function ruleOf(stack: StackData, edge: Edge): Rule {
  const { from, methods, paths, hosts, token } = edge;
  const when = Object.entries(token?.claims ?? {}).map(([claim, values]) => ({
    key: `request.auth.claims${claim
      .split(".")
      .map((part) => `[${part}]`)
      .join("")}`,
    values: [...values],
  }));
  return {
    from: [
      {
        source: {
          ...sourceOf(stack, from),
          ...(token === undefined ? {} : { requestPrincipals: [...(token.principals ?? ["*"])] }),
        },
      },
    ],
    to: [
      {
        operation: {
          ...(hosts === undefined ? {} : { hosts: [...hosts] }),
          ...(methods === undefined ? {} : { methods: [...methods] }),
          ...(paths === undefined ? {} : { paths: [...paths] }),
          ...portsOf(stack.catalog, edge),
        },
      },
    ],
    ...(when.length === 0 ? {} : { when }),
  };
}

/** Where a service has several ports, each arrow leads to one of them. */
function portsOf(catalog: StackData["catalog"], { to, port }: Edge): { readonly ports?: string[] } {
  const service = catalog.services[to];
  return service === undefined || Object.keys(service.extraPorts).length === 0
    ? {}
    : { ports: [String(port ?? service.port)] };
}

function sourceOf({ config, catalog }: StackData, caller: Caller): Source {
  const { trustDomain } = config.mesh;
  switch (caller.kind) {
    case "ingress":
      return { principals: [principal(trustDomain, NAMESPACES.ingress, RELEASES.ingressGateway)] };
    case "internal":
      return { principals: [principal(trustDomain, NAMESPACES.ingress, RELEASES.internalGateway)] };
    case "service":
      return { principals: [principal(trustDomain, catalog.namespace, caller.service)] };
    case "outsider": {
      const { principals, namespaces, addresses } = caller.from;
      return {
        ...(principals === undefined ? {} : { principals: [...principals] }),
        ...(namespaces === undefined ? {} : { namespaces: [...namespaces] }),
        // Who has a certificate is held to what it says.
        ...(addresses === undefined ? {} : { notPrincipals: ["*"], ipBlocks: [...addresses] }),
      };
    }
  }
}

/** How policies name a caller. */
export function nameOf(caller: Caller): string {
  switch (caller.kind) {
    case "ingress":
      return "ingress-gateway";
    case "internal":
      return "internal-gateway";
    case "service":
      return caller.service;
    case "outsider":
      return caller.name;
  }
}
