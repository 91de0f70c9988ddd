import { problemIf, problemUnless, type Problem } from "../../stack/errors.ts";
import { isAmbient } from "../data-plane/waypoint.ts";
import type { StackData } from "../../stack/stack.ts";
import type { Check } from "../../stack/check.ts";
import { passthroughsOf } from "../../stack/routes.ts";

/** Hosts whose TLS ends at a service are nobody else's, lead to a port that speaks TLS, and the gateway does not decrypt them. */
export const checkPassthrough: Check = (stack) => {
  const all = passthroughsOf(stack.catalog).map(({ service, spec }) => {
    const index = stack.catalog.services[service]?.passthrough.indexOf(spec) ?? 0;
    return { service, spec, path: `services.${service}.passthrough[${index}]` };
  });
  return all.flatMap((entry, index) => [
    ...gatewayProblems(stack, entry.path),
    ...hostProblems(stack, entry, all.slice(0, index)),
    ...portProblems(stack, entry),
    ...versionProblems(stack, entry),
  ]);
};

interface Entry {
  readonly service: string;
  readonly spec: { readonly hosts: readonly string[]; readonly port: number };
  readonly path: string;
}

function gatewayProblems({ config }: StackData, path: string): Problem[] {
  const { mode } = config.traffic.tls;
  const names = config.mesh.ingressGateway.ports.map(({ name }) => name);
  return [
    ...problemIf(
      mode === "acm",
      path,
      "expected nothing, because traffic.tls.mode is acm: TLS ends at the load balancer",
    ),
    ...problemUnless(
      names.includes("https"),
      "mesh.ingressGateway.ports",
      `expected a port named https, because ${path} needs it; got ${names.join(", ")}`,
    ),
    ...problemIf(
      config.mesh.gatewayApi,
      path,
      "expected nothing, because mesh.gatewayApi is true, and an HTTPRoute leads decrypted requests alone",
      "remove it, or set mesh.gatewayApi: false",
    ),
    ...problemIf(
      isAmbient(config.mesh),
      path,
      "expected nothing, because mesh.mode is ambient, where a waypoint stands between gateway and service that reads requests",
      "let the gateway decrypt: a route, and traffic.tls.certificates",
    ),
  ];
}

function hostProblems({ catalog }: StackData, { spec, path }: Entry, earlier: readonly Entry[]): Problem[] {
  return spec.hosts.flatMap((host, index) => {
    const twin = earlier.find((other) => other.spec.hosts.includes(host));
    const taken = catalog.hosts.includes(host) ? "hosts" : twin?.path;
    return problemIf(
      taken !== undefined,
      `${path}.hosts[${index}]`,
      `expected a host that leads nowhere else; got "${host}", as ${taken} has`,
    );
  });
}

function portProblems({ catalog }: StackData, { service, spec, path }: Entry): Problem[] {
  const ports = catalog.services[service]?.extraPorts ?? {};
  const [name] = Object.entries(ports).find(([, number]) => number === spec.port) ?? [];
  return problemUnless(
    name !== undefined && /^tls(-|$)/.test(name),
    `${path}.port`,
    `expected one of services.${service}.extraPorts with a name that begins with tls; got ${spec.port}${name === undefined ? "" : `, named ${name}`}`,
    `extraPorts: { tls: ${spec.port} }`,
  );
}

function versionProblems({ catalog }: StackData, { service, path }: Entry): Problem[] {
  const versions = Object.keys(catalog.services[service]?.versions ?? {});
  return problemIf(
    versions.length !== 1,
    path,
    `expected a service of one version, because encrypted connections are not split; got ${versions.join(", ")}`,
    "make a service of its own for it, or let the gateway decrypt",
  );
}
