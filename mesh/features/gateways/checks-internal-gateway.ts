import { problemIf, type Problem } from "../../stack/errors.ts";
import { nearest } from "../../stack/nearest.ts";
import { isAmbient } from "../data-plane/waypoint.ts";
import type { StackData } from "../../stack/stack.ts";
import { encryptedPort, plainPort } from "./internal/callers.ts";
import type { Check } from "../../stack/check.ts";

const PATH = "traffic.internalGateway";

/** What is led through the internal gateway has one, has somebody who may ask it, and all that is said of it can hold. */
export const checkInternalGateway: Check = (stack) => {
  const { enabled } = stack.config.mesh.internalGateway;
  return [
    ...routeHosts(stack),
    ...(enabled ? [...callers(stack), ...services(stack), ...clients(stack), ...ports(stack)] : unused(stack)),
  ];
};

function routesOf({ catalog }: StackData) {
  return Object.entries(catalog.services).flatMap(([service, { routes }]) =>
    routes.map((route, index) => ({ service, route, path: `services.${service}.routes[${index}]` })),
  );
}

/** The hosts of the internal gateway are the stack's, and each of its routes holds for all of them. */
function routeHosts(stack: StackData): Problem[] {
  return routesOf(stack)
    .filter(({ route }) => route.hosts !== undefined && !route.gateways.includes("ingress"))
    .map(({ path }) => ({
      path: `${path}.hosts`,
      message:
        "expected nothing, because the route is for the internal gateway alone; got hosts of the ingress gateway",
      remediation: "remove hosts, or add ingress to gateways",
    }));
}

function unused(stack: StackData): Problem[] {
  const { hosts, credentialName, callers } = stack.config.traffic.internalGateway;
  const said = {
    hosts: hosts.length > 0,
    credentialName: credentialName !== undefined,
    "callers.services": callers.services.length > 0,
    "callers.clients": callers.clients.length > 0,
  };
  const remediation = "set mesh.internalGateway.enabled: true";
  return [
    ...routesOf(stack)
      .filter(({ route }) => route.gateways.includes("internal"))
      .map(({ path, route }) => ({
        path: `${path}.gateways`,
        message: `expected ingress alone, because mesh.internalGateway.enabled is false; got ${route.gateways.join(", ")}`,
        remediation,
      })),
    ...Object.entries(said)
      .filter(([, isSaid]) => isSaid)
      .map(([key]) => ({
        path: `${PATH}.${key}`,
        message: "expected nothing, because mesh.internalGateway.enabled is false",
        remediation,
      })),
  ];
}

function callers(stack: StackData): Problem[] {
  const { callers } = stack.config.traffic.internalGateway;
  const isAsked = routesOf(stack).some(({ route }) => route.gateways.includes("internal"));
  return problemIf(
    isAsked && callers.services.length + callers.clients.length === 0,
    `${PATH}.callers`,
    "expected somebody who may ask the internal gateway, because routes lead through it; got nobody",
    "name services of the catalog, or clients by their addresses",
  );
}

function services({ config, catalog }: StackData): Problem[] {
  const known = Object.keys(catalog.services);
  const named = config.traffic.internalGateway.callers.services;
  return [
    ...named.flatMap((name, index) => {
      const path = `${PATH}.callers.services[${index}]`;
      if (!known.includes(name)) {
        const match = nearest(name, known);
        const remediation = match === undefined ? `known services: ${known.join(", ")}` : `did you mean ${match}?`;
        return [{ path, message: `expected a service of the catalog; got "${name}"`, remediation }];
      }
      return problemIf(named.indexOf(name) < index, path, `expected each once; got "${name}" again`);
    }),
    ...problemIf(
      isAmbient(config.mesh) && named.length > 0,
      `${PATH}.callers.services`,
      "expected none, because mesh.mode is ambient: it is the caller's sidecar that encrypts for the gateway; got services",
      "let services call each other directly, with calls",
    ),
  ];
}

function clients({ config }: StackData): Problem[] {
  return config.traffic.internalGateway.callers.clients.flatMap(({ addresses, namespaces }, index) => {
    const path = `${PATH}.callers.clients[${index}]`;
    return [
      ...addresses.flatMap((address, place) =>
        problemIf(
          address.endsWith("/0"),
          `${path}.addresses[${place}]`,
          `expected networks that are known; got ${address}, which is everybody`,
          "what everybody may ask is for the ingress gateway",
        ),
      ),
      ...problemIf(
        namespaces !== undefined && !config.security.networkPolicies,
        `${path}.namespaces`,
        "expected nothing, because security.networkPolicies is false, and only they tell pods without a sidecar apart",
        "narrow addresses, or switch security.networkPolicies on",
      ),
    ];
  });
}

/** The names by which the program finds the ports, and what only some of them can do. */
function ports({ config }: StackData): Problem[] {
  const { hosts, credentialName, callers } = config.traffic.internalGateway;
  const names = config.mesh.internalGateway.ports.map(({ name }) => name).join(", ");
  const missing = (name: string, why: string): Problem => ({
    path: "mesh.internalGateway.ports",
    message: `expected a port named ${name}, ${why}; got ${names}`,
  });
  return [
    ...(plainPort(config) === undefined ? [missing("http2", "which callers ask")] : []),
    ...(encryptedPort(config) === undefined && (credentialName !== undefined || callers.services.length > 0)
      ? [missing("https", "because there is something to encrypt")]
      : []),
    ...problemIf(
      credentialName !== undefined && hosts.length === 0,
      `${PATH}.credentialName`,
      "expected hosts beside it: the names of the gateway's Service are in no certificate",
      `add ${PATH}.hosts, or remove it`,
    ),
  ];
}
