import type { Problem } from "../../config/errors.ts";
import type { ProductionRule } from "../../config/schema/security.ts";
import { parseCidr } from "../cidr.ts";
import type { StackData } from "../stack.ts";
import { faultsOf } from "./faults.ts";
import type { Check } from "./index.ts";
import { mirrorsOf } from "./mirrors.ts";

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
    ...mutableImages(stack),
    ...experiments(stack),
  ]
    .filter(({ rule }) => exceptions[rule] === undefined)
    .map(({ rule, path, message, hint }) => ({
      path,
      message: `${message}, which security.profile production refuses`,
      hint: `${hint ?? "change it"}, or say why in security.exceptions.${rule}`,
    }));
};

function permissive({ config }: StackData): Finding[] {
  return config.security.mtls === "PERMISSIVE"
    ? [{ rule: "permissive-mtls", path: "security.mtls", message: "PERMISSIVE takes plain text", hint: "use STRICT" }]
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
            hint: "name your own networks",
          },
        ];
  });
}

function certificate({ config }: StackData): Finding[] {
  const { mode } = config.traffic.tls;
  if (mode === "existingSecret" || mode === "acm") {
    return [];
  }
  const rule = mode === "none" ? "plain-http" : "self-signed";
  return [
    {
      rule,
      path: "traffic.tls.mode",
      message: `${mode} is no certificate that clients trust`,
      hint: "use existingSecret or acm",
    },
  ];
}

function mutableImages({ catalog }: StackData): Finding[] {
  return Object.entries(catalog.services).flatMap(([name, service]) =>
    [
      { path: `services.${name}.image`, image: service.image },
      ...Object.entries(service.versions).map(([version, { image }]) => ({
        path: `services.${name}.versions.${version}.image`,
        image,
      })),
    ].flatMap(({ path, image }) =>
      image !== undefined && isMutable(image)
        ? [
            {
              rule: "mutable-image" as const,
              path,
              message: `${image} can change under its name`,
              hint: "give a version or a digest",
            },
          ]
        : [],
    ),
  );
}

/** What changes the answers or the load of real requests, and belongs into tests. */
function experiments({ config, catalog }: StackData): Finding[] {
  return Object.entries(catalog.services).flatMap(([name, service]) => [
    ...(config.traffic.faults ? faultsOf(service) : []).map(({ path }) => ({
      rule: "fault-injection" as const,
      path: `services.${name}.${path}`,
      message: "a fault breaks real requests on purpose",
      hint: "set traffic.faults: false",
    })),
    ...(config.traffic.mirroring ? mirrorsOf(service) : []).map(({ path }) => ({
      rule: "traffic-mirroring" as const,
      path: `services.${name}.${path}`,
      message: "a mirror sends copies of real requests, whose effects happen twice",
      hint: "set traffic.mirroring: false",
    })),
  ]);
}

/** No tag at all, or one that is meant to move. */
export function isMutable(image: string): boolean {
  if (image.includes("@sha256:")) {
    return false;
  }
  const tag = /:([\w.-]+)$/.exec(image.slice(image.lastIndexOf("/") + 1))?.[1];
  return tag === undefined || ["latest", "main", "master", "edge", "stable", "dev"].includes(tag);
}
