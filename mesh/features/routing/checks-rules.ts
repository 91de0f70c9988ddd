import { problemIf, problemUnless, type Problem } from "../../stack/errors.ts";
import type { Catalog, MatchSpec, ServiceSpec } from "../../stack/catalog.ts";
import { nearest } from "../../stack/nearest.ts";
import { unknownVersion } from "../canary/checks.ts";
import type { Check } from "../../stack/check.ts";

/** What a rule names is there: its version, and a source that really calls the service. */
export const checkRules: Check = ({ catalog }) =>
  Object.entries(catalog.services).flatMap(([name, service]) => {
    const path = `services.${name}`;
    const versions = Object.keys(service.versions);
    return [
      ...service.rules.flatMap(({ version, match }, index) => [
        ...(version === undefined ? [] : unknownVersion(versions, version, `${path}.rules[${index}].version`)),
        ...matchProblems(catalog, name, match, `${path}.rules[${index}].match`),
      ]),
      ...matchProblems(catalog, name, service.canary?.match, `${path}.canary.match`),
    ];
  });

function matchProblems(catalog: Catalog, name: string, match: MatchSpec | undefined, path: string): Problem[] {
  const service = catalog.services[name] as ServiceSpec;
  return [...sourceProblems(catalog, name, match?.source, `${path}.source`), ...pathProblems(service, match, path)];
}

function sourceProblems(catalog: Catalog, name: string, source: MatchSpec["source"], path: string): Problem[] {
  if (source === undefined) {
    return [];
  }
  const caller = catalog.services[source.service];
  if (caller === undefined) {
    const known = Object.keys(catalog.services);
    const match = nearest(source.service, known);
    const remediation = match === undefined ? `known services: ${known.join(", ")}` : `did you mean ${match}?`;
    return [
      { path: `${path}.service`, message: `expected a service of the catalog; got "${source.service}"`, remediation },
    ];
  }
  return [
    ...problemUnless(
      caller.calls.some(({ to }) => to === name),
      `${path}.service`,
      `expected a service that calls ${name}; got "${source.service}", which does not`,
      `add ${name} to services.${source.service}.calls, or name a service that calls it`,
    ),
    ...(source.version === undefined
      ? []
      : unknownVersion(Object.keys(caller.versions), source.version, `${path}.version`)),
  ];
}

/** Istio leaves out a delegate's route that compares the path by pattern where the root compares it too. */
function pathProblems(service: ServiceSpec, match: MatchSpec | undefined, path: string): Problem[] {
  const isPattern = typeof match?.path === "object" && "regex" in match.path;
  return problemIf(
    isPattern && service.routes.length > 0 && match.source === undefined,
    `${path}.path.regex`,
    "expected a prefix or an exact path, because the gateway leads to the service by prefix",
    "Istio does not combine a pattern with a prefix",
  );
}
