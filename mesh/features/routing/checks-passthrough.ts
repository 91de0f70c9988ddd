import type { Problem } from "../../stack/errors.ts";
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
    ...(mode === "acm"
      ? [{ path, message: "expected nothing, because traffic.tls.mode is acm: TLS ends at the load balancer" }]
      : []),
    ...(names.includes("https")
      ? []
      : [
          {
            path: "mesh.ingressGateway.ports",
            message: `expected a port named https, because ${path} needs it; got ${names.join(", ")}`,
          },
        ]),
    ...(config.mesh.gatewayApi
      ? [
          {
            path,
            message:
              "expected nothing, because mesh.gatewayApi is true, and an HTTPRoute leads decrypted requests alone",
            remediation: "remove it, or set mesh.gatewayApi: false",
          },
        ]
      : []),
    ...(isAmbient(config.mesh)
      ? [
          {
            path,
            message:
              "expected nothing, because mesh.mode is ambient, where a waypoint stands between gateway and service that reads requests",
            remediation: "let the gateway decrypt: a route, and traffic.tls.certificates",
          },
        ]
      : []),
  ];
}

function hostProblems({ catalog }: StackData, { spec, path }: Entry, earlier: readonly Entry[]): Problem[] {
  return spec.hosts.flatMap((host, index) => {
    const twin = earlier.find((other) => other.spec.hosts.includes(host));
    const taken = catalog.hosts.includes(host) ? "hosts" : twin?.path;
    return taken === undefined
      ? []
      : [
          {
            path: `${path}.hosts[${index}]`,
            message: `expected a host that leads nowhere else; got "${host}", as ${taken} has`,
          },
        ];
  });
}

function portProblems({ catalog }: StackData, { service, spec, path }: Entry): Problem[] {
  const ports = catalog.services[service]?.extraPorts ?? {};
  const [name] = Object.entries(ports).find(([, number]) => number === spec.port) ?? [];
  return name !== undefined && /^tls(-|$)/.test(name)
    ? []
    : [
        {
          path: `${path}.port`,
          message: `expected one of services.${service}.extraPorts with a name that begins with tls; got ${spec.port}${name === undefined ? "" : `, named ${name}`}`,
          remediation: `extraPorts: { tls: ${spec.port} }`,
        },
      ];
}

function versionProblems({ catalog }: StackData, { service, path }: Entry): Problem[] {
  const versions = Object.keys(catalog.services[service]?.versions ?? {});
  return versions.length === 1
    ? []
    : [
        {
          path,
          message: `expected a service of one version, because encrypted connections are not split; got ${versions.join(", ")}`,
          remediation: "make a service of its own for it, or let the gateway decrypt",
        },
      ];
}
