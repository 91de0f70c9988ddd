import { problemIf, type Problem } from "../../stack/errors.ts";
import type { ServiceSpec } from "../../stack/catalog.ts";
import type { Check } from "../../stack/check.ts";

/** The weights of a service's versions sum to 100; a single version needs none, and beside a canary there are none. */
export const checkWeights: Check = ({ catalog }) =>
  Object.entries(catalog.services).flatMap(([name, service]) => {
    const path = `services.${name}.versions`;
    return service.canary === undefined ? sumOfWeights(service, path) : noWeights(service, path);
  });

function noWeights(service: ServiceSpec, path: string): Problem[] {
  return Object.entries(service.versions)
    .filter(([, { weight }]) => weight !== undefined)
    .map(([version]) => ({
      path: `${path}.${version}.weight`,
      message: "expected no weight, because the service has a canary, which says the shares",
      remediation: "take it away, or the canary",
    }));
}

function sumOfWeights(service: ServiceSpec, path: string): Problem[] {
  const versions = Object.entries(service.versions);
  if (versions.length === 1 && versions[0]?.[1].weight === undefined) {
    return [];
  }
  const missing = versions.filter(([, version]) => version.weight === undefined).map(([version]) => version);
  if (missing.length > 0) {
    return missing.map((version) => ({
      path: `${path}.${version}.weight`,
      message: "expected a weight in per cent, because the service has several versions; got nothing",
      remediation: "0 sends it no requests",
    }));
  }
  const weights = versions.map(([version, { weight = 0 }]) => ({ version, weight }));
  const sum = weights.reduce((total, { weight }) => total + weight, 0);
  const listed = weights.map(({ version, weight }) => `${version}: ${weight}`).join(", ");
  return problemIf(
    sum !== 100,
    path,
    `expected weights that sum to 100; got ${sum} (${listed})`,
    sum < 100 ? `add ${100 - sum} to one of them` : `take ${sum - 100} from one of them`,
  );
}
