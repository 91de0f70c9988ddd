import type { Problem } from "../stack/errors.ts";
import type { ProductionRule } from "../features/authorization/schema/security.ts";
import { usesAcme } from "../features/certificates/uses.ts";
import { parseCidr } from "../kubernetes/cidr.ts";
import { hasDigest, isMutable } from "../kubernetes/images.ts";
import { installsRateLimitService } from "../features/rate-limits/limits.ts";
import type { StackData } from "../stack/stack.ts";
import { faultsOf } from "../features/routing/checks-faults.ts";
import type { Check } from "../stack/check.ts";
import { mirrorsOf } from "../features/routing/checks-mirrors.ts";

type Finding = Problem & { readonly rule: ProductionRule };

/** What `security.profile: production` refuses, unless `security.exceptions` names the rule and says why. */
export const checkProduction: Check = (stack) => {
  const { profile, exceptions } = stack.config.security;
  if (profile !== "production") {
    return [];
  }
  return [
    ...permissive(stack),
    ...openEndpoint(stack),
    ...certificate(stack),
    ...plainText(stack),
    ...pastSidecar(stack),
    ...images(stack),
    ...experiments(stack),
  ]
    .filter(({ rule }) => exceptions[rule] === undefined)
    .map(({ rule, path, message, remediation }) => ({
      path,
      message: `${message}, which security.profile production refuses`,
      remediation: `${remediation ?? "change it"}, or say why in security.exceptions.${rule}`,
    }));
};

function permissive({ config }: StackData): Finding[] {
  return config.security.mtls === "PERMISSIVE"
    ? [
        {
          rule: "permissive-mtls",
          path: "security.mtls",
          message: "PERMISSIVE takes plain text",
          remediation: "use STRICT",
        },
      ]
    : [];
}

/** Nobody's own network is wider: two halves of the world are the world. */
const WIDEST_OWN_PREFIX = 8;

function openEndpoint({ config }: StackData): Finding[] {
  if (config.platform.kind !== "eks") {
    return [];
  }
  return config.cluster.endpoint.publicCidrs.flatMap((network, index) => {
    const { prefix = WIDEST_OWN_PREFIX } = parseCidr(network) ?? {};
    return prefix >= WIDEST_OWN_PREFIX
      ? []
      : [
          {
            rule: "open-endpoint",
            path: `cluster.endpoint.publicCidrs[${index}]`,
            message: `${network} opens the API server to ${prefix === 0 ? "the world" : "a large part of the world"}`,
            remediation: "name your own networks",
          },
        ];
  });
}

function certificate({ config }: StackData): Finding[] {
  const { mode } = config.traffic.tls;
  const { server } = config.certificates.acme;
  if (usesAcme(config) && /staging/.test(new URL(server).host)) {
    const message = `${server} gives certificates that no client trusts`;
    return [{ rule: "self-signed", path: "certificates.acme.server", message, remediation: "remove the key" }];
  }
  if (mode === "existingSecret" || mode === "acm" || mode === "certManager") {
    return [];
  }
  const rule = mode === "none" ? "plain-http" : "self-signed";
  return [
    {
      rule,
      path: "traffic.tls.mode",
      message: `${mode} is no certificate that clients trust`,
      remediation: "use certManager, existingSecret or acm",
    },
  ];
}

/** A service that takes plain text: by the catalog, on a port, or on its way to mutual TLS. */
function plainText({ config, catalog }: StackData): Finding[] {
  const rule = "permissive-mtls" as const;
  const remediation = "use STRICT";
  return [
    ...config.security.migration.map(({ service }, index) => ({
      rule,
      path: `security.migration[${index}]`,
      message: `${service} takes plain text while it migrates`,
      remediation: "finish the migration and take it off the list",
    })),
    ...Object.entries(catalog.services).flatMap(([name, { mtls }]) => [
      ...(mtls.mode === "PERMISSIVE"
        ? [{ rule, path: `services.${name}.mtls.mode`, message: "PERMISSIVE takes plain text", remediation }]
        : []),
      ...Object.entries(mtls.ports)
        .filter(([, mode]) => mode !== "STRICT")
        .map(([port, mode]) => ({
          rule,
          path: `services.${name}.mtls.ports.${port}`,
          message: `${mode} takes plain text`,
          remediation,
        })),
    ]),
  ];
}

/** Connections that no policy of the mesh sees. */
function pastSidecar({ catalog }: StackData): Finding[] {
  return Object.entries(catalog.services).flatMap(([name, { sidecar }]) =>
    sidecar.excludeOutboundPorts.map(({ port }, index) => ({
      rule: "past-the-sidecar" as const,
      path: `services.${name}.sidecar.excludeOutboundPorts[${index}]`,
      message: `connections to port ${port} bypass the sidecar`,
      remediation: "name what speaks TLS under externalServices",
    })),
  );
}

/** What changes the answers or the load of real requests, and belongs into tests. */
function experiments({ config, catalog }: StackData): Finding[] {
  return Object.entries(catalog.services).flatMap(([name, service]) => [
    ...(config.traffic.faults ? faultsOf(service) : []).map(({ path }) => ({
      rule: "fault-injection" as const,
      path: `services.${name}.${path}`,
      message: "a fault breaks real requests on purpose",
      remediation: "set traffic.faults: false",
    })),
    ...(config.traffic.mirroring ? mirrorsOf(service) : []).map(({ path }) => ({
      rule: "traffic-mirroring" as const,
      path: `services.${name}.${path}`,
      message: "a mirror sends copies of real requests, whose effects happen twice",
      remediation: "set traffic.mirroring: false",
    })),
  ]);
}

/** A tag says nothing of what is behind it: nodes that pull it on different days may run different things. */
function images(stack: StackData): Finding[] {
  const { config, catalog } = stack;
  const limiter = {
    path: "traffic.rateLimitService.image",
    image: config.traffic.rateLimitService.image,
    service: "the rate limit service",
  };
  const ofServices = Object.entries(catalog.services).flatMap(([name, service]) => [
    { path: `services.${name}.image`, image: service.image, service: name },
    ...Object.entries(service.versions).map(([version, { image }]) => ({
      path: `services.${name}.versions.${version}.image`,
      image,
      service: name,
    })),
    ...(service.sidecar.image === undefined
      ? []
      : [{ path: `services.${name}.sidecar.image`, image: service.sidecar.image, service: name }]),
  ]);
  const uses = [...ofServices, ...(installsRateLimitService(stack) ? [limiter] : [])];
  return [...new Set(uses.map(({ image }) => image))].flatMap((image): Finding[] => {
    const [first, ...others] = uses.filter((use) => use.image === image);
    if (image === undefined || first === undefined || hasDigest(image)) {
      return [];
    }
    const also = [...new Set(others.map(({ service }) => service))].filter((service) => service !== first.service);
    const what = also.length === 0 ? image : `${image} (also of ${also.join(", ")})`;
    return isMutable(image)
      ? [
          {
            rule: "mutable-image",
            path: first.path,
            message: `${what} can change under its name`,
            remediation: "give a version or a digest",
          },
        ]
      : [
          {
            rule: "image-digest",
            path: first.path,
            message: `${what} has no digest`,
            remediation: `give ${image}@sha256:...`,
          },
        ];
  });
}
