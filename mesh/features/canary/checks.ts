import { problemIf, problemUnless, type Problem } from "../../stack/errors.ts";
import type { CanarySpec, ServiceSpec } from "../../stack/catalog.ts";
import { conditionsOf } from "../routing/matching/conditions.ts";
import { stableVersion } from "./split.ts";
import type { Check } from "../../stack/check.ts";

/** A canary is a version, has a stable version beside it, and is in a phase that exists; who shifts it has a split. */
export const checkCanary: Check = ({ catalog }) =>
  Object.entries(catalog.services).flatMap(([name, service]) => {
    const path = `services.${name}`;
    return [
      ...(service.canary === undefined ? [] : canaryProblems(service, service.canary, `${path}.canary`)),
      ...managedProblems(service, path),
    ];
  });

function canaryProblems(service: ServiceSpec, canary: CanarySpec, path: string): Problem[] {
  const versions = Object.keys(service.versions);
  return [
    ...unknownVersion(versions, canary.version, `${path}.version`),
    ...stableProblems(service, canary, versions, path),
    ...phaseProblems(canary, path),
    ...problemIf(
      canary.match !== undefined && conditionsOf(canary.match).size === 0,
      `${path}.match`,
      "expected a condition; a path of / takes every request",
      "take it away",
    ),
  ];
}

function stableProblems(service: ServiceSpec, canary: CanarySpec, versions: string[], path: string): Problem[] {
  if (canary.stable === canary.version) {
    return [{ path: `${path}.stable`, message: `expected another version than the canary; got "${canary.version}"` }];
  }
  if (canary.stable !== undefined) {
    return unknownVersion(versions, canary.stable, `${path}.stable`);
  }
  if (stableVersion(service, canary) !== undefined || !versions.includes(canary.version)) {
    return [];
  }
  return versions.length === 1
    ? [
        {
          path: `${path}.stable`,
          message: `expected a stable version beside the canary; got only "${canary.version}"`,
          remediation: `add the stable version to versions, or take the canary away`,
        },
      ]
    : [
        {
          path: `${path}.stable`,
          message: `expected the name of the stable version, because there are ${versions.length}: ${versions.join(", ")}`,
        },
      ];
}

function phaseProblems({ phase, weight, phases }: CanarySpec, path: string): Problem[] {
  if ((phase === undefined) === (weight === undefined)) {
    return [
      {
        path,
        message: `expected either phase or weight; got ${phase === undefined ? "neither" : "both"}`,
        remediation: `phase 1 of ${phases.join(", ")} gives the canary ${phases[0] ?? 0} per cent`,
      },
    ];
  }
  return problemUnless(
    phase === undefined || phase <= phases.length,
    `${path}.phase`,
    `expected a phase from 0 to ${phases.length}; got ${phase}`,
    `the phases are ${phases.join(", ")}`,
  );
}

function managedProblems({ trafficManagedBy, versions }: ServiceSpec, path: string): Problem[] {
  return problemUnless(
    trafficManagedBy === undefined || Object.keys(versions).length > 1,
    `${path}.trafficManagedBy`,
    `expected at least two versions, whose weights ${trafficManagedBy} can change; got one`,
    "add a version, or take the key away",
  );
}

/** A version that the service does not have. */
export function unknownVersion(versions: readonly string[], version: string, path: string): Problem[] {
  return problemUnless(
    versions.includes(version),
    path,
    `expected a version of the service: ${versions.join(", ")}; got "${version}"`,
  );
}
