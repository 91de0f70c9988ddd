import type { Problem } from "../../stack/errors.ts";
import type { ServiceSpec } from "../../stack/catalog.ts";
import { type ServiceRoute, serviceRoutes } from "./service-routes.ts";
import { unknownVersion } from "../canary/checks.ts";
import type { Check } from "../../stack/check.ts";

/** Copies go to a version that exists and that the same requests do not reach anyway. */
export const checkMirrors: Check = ({ catalog }) =>
  Object.entries(catalog.services).flatMap(([name, service]) =>
    serviceRoutes(name, service).flatMap((route) => problems(service, route, `services.${name}.${mirrorPath(route)}`)),
  );

/** Every mirror of a service with its key path below the service; the service's own once. */
export function mirrorsOf({ mirror, rules }: ServiceSpec) {
  return [
    ...(mirror === undefined ? [] : [{ mirror, path: "mirror" }]),
    ...rules.flatMap((rule, index) =>
      rule.mirror === undefined ? [] : [{ mirror: rule.mirror, path: `rules[${index}].mirror` }],
    ),
  ];
}

function problems(service: ServiceSpec, { settings, shares, path: source }: ServiceRoute, path: string): Problem[] {
  const version = settings.mirror?.version;
  // The split of a canary's match and the catch-all have the same mirror: it is judged once.
  if (version === undefined || source === "canary.match") {
    return [];
  }
  const unknown = unknownVersion(Object.keys(service.versions), version, `${path}.version`);
  const share = shares.find((candidate) => candidate.version === version)?.weight ?? 0;
  return unknown.length > 0 || share === 0
    ? unknown
    : [
        {
          path: `${path}.version`,
          message: `expected a version that gets no requests here; "${version}" gets ${share} per cent and would be a mirror of itself`,
          remediation: "mirror to another version, or give this one a weight of 0",
        },
      ];
}

function mirrorPath({ path }: ServiceRoute): string {
  return path.startsWith("rules") ? path.replace(/match$/, "mirror") : "mirror";
}
