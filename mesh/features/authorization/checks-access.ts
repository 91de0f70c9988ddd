import { problemIf, problemUnless, type Problem } from "../../stack/errors.ts";
import { grantsOf } from "../../stack/call-graph.ts";
import type { StackData } from "../../stack/stack.ts";
import type { Check } from "../../stack/check.ts";

/** Callers from outside of the catalog are named whole, are of this mesh, and come in on a port that is served. */
export const checkAccess: Check = (stack) =>
  Object.entries(stack.catalog.services).flatMap(([name, service]) =>
    Object.entries(service.access).flatMap(([caller, { from, port }]) => {
      const path = `services.${name}.access.${caller}`;
      return [
        ...(from.principals ?? []).flatMap((principal, index) =>
          wrongPrincipal(principal, stack.config.mesh.trustDomain).map((problem) => ({
            path: `${path}.from.principals[${index}]`,
            ...problem,
          })),
        ),
        ...problemUnless(
          from.addresses === undefined || takesPlainText(stack, name, port ?? service.port),
          `${path}.from.addresses`,
          `expected callers with a certificate, because port ${port ?? service.port} takes mutual TLS only; got addresses`,
          `use principals or namespaces, or open the port under services.${name}.mtls`,
        ),
        ...(port === undefined
          ? []
          : unserved(stack, name, port).map((problem) => ({ path: `${path}.port`, ...problem }))),
      ];
    }),
  );

/** A token is asked for only where somebody looks at tokens. */
export const checkTokens: Check = ({ catalog }) =>
  Object.entries(catalog.services).flatMap(([name, service]) => [
    ...service.calls.flatMap(({ to, token }, index) =>
      token === undefined || token === "none" || catalog.services[to]?.jwt !== undefined
        ? []
        : [untrusted(`services.${name}.calls[${index}].token`, to)],
    ),
    ...service.routes.flatMap((route, index) =>
      grantsOf(route).flatMap(({ token }) =>
        token === undefined || token === "none" || service.jwt !== undefined
          ? []
          : [untrusted(`services.${name}.routes[${index}].allow`, name)],
      ),
    ),
    ...Object.entries(service.access).flatMap(([caller, { token }]) =>
      token === undefined || token === "none" || service.jwt !== undefined
        ? []
        : [untrusted(`services.${name}.access.${caller}.token`, name)],
    ),
  ]);

/** Exceptions from mutual TLS and the list of migrating services name what there is. */
export const checkMutualTls: Check = (stack) => [
  ...Object.entries(stack.catalog.services).flatMap(([name, { mtls }]) =>
    Object.keys(mtls.ports).flatMap((port) =>
      unserved(stack, name, Number(port)).map((problem) => ({
        path: `services.${name}.mtls.ports.${port}`,
        ...problem,
      })),
    ),
  ),
  ...stack.config.security.migration.flatMap(({ service }, index) =>
    known(stack, service, `security.migration[${index}].service`),
  ),
  ...(stack.config.security.externalAuthorization?.services ?? []).flatMap((service, index) =>
    known(stack, service, `security.externalAuthorization.services[${index}]`),
  ),
];

function wrongPrincipal(principal: string, trustDomain: string): Pick<Problem, "message" | "remediation">[] {
  const parts = /^([^/]+)\/ns\/([^/]+)\/sa\/([^/]+)$/.exec(principal);
  if (parts === null || principal.includes("*")) {
    return [
      {
        message: `expected one identity in full; got "${principal}"`,
        remediation: `${trustDomain}/ns/<namespace>/sa/<service account>, or namespaces for all of a namespace`,
      },
    ];
  }
  const [, domain, namespace = "", account = ""] = parts;
  return domain === trustDomain
    ? []
    : [
        {
          message: `expected an identity of the mesh's trust domain ${trustDomain}; got one of ${domain ?? ""}, whose certificates nobody here trusts`,
          remediation: `write ${trustDomain}/ns/${namespace}/sa/${account}, or set mesh.trustDomain`,
        },
      ];
}

function takesPlainText({ config, catalog }: StackData, name: string, port: number): boolean {
  const mtls = catalog.services[name]?.mtls;
  return (mtls?.ports[String(port)] ?? mtls?.mode ?? config.security.mtls) !== "STRICT";
}

function unserved({ catalog }: StackData, name: string, port: number): Pick<Problem, "message" | "remediation">[] {
  const service = catalog.services[name];
  const served = service === undefined ? [] : [service.port, ...Object.values(service.extraPorts)];
  return served.includes(port)
    ? []
    : [
        {
          message: `expected a port that ${name} serves (${served.join(", ")}); got ${port}`,
          remediation: `add it under services.${name}.extraPorts`,
        },
      ];
}

function untrusted(path: string, service: string): Problem {
  return {
    path,
    message: `asks for a token, but ${service} takes none: every request would be refused`,
    remediation: `name the issuers in services.${service}.jwt.rules`,
  };
}

function known({ catalog }: StackData, service: string, path: string): Problem[] {
  return problemIf(
    catalog.services[service] === undefined,
    path,
    `expected a service of the catalog; got "${service}"`,
    `known services: ${Object.keys(catalog.services).join(", ")}`,
  );
}
