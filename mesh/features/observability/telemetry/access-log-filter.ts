import type { Catalog } from "../../../stack/catalog.ts";
import type { ObservabilityConfig } from "../schema/observability.ts";

/**
 * A CEL expression that leaves out health checks that went well. What has no path or no status (TCP), what was cut off
 * (status 0) and every error is kept: in Envoy an attribute that is not there makes the whole expression false, so each
 * is asked for first.
 * @param paths exact paths of health checks; none: nothing is left out, and there is no expression
 */
export function healthCheckFilter(paths: readonly string[]): string | undefined {
  if (paths.length === 0) {
    return undefined;
  }
  const list = paths.map((path) => `'${path.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`).join(", ");
  return (
    "!has(request.url_path) || !has(response.code) || response.code < 100 || response.code >= 400" +
    ` || !(request.url_path in [${list}])`
  );
}

/** Paths of the catalog's probes and those that the stack adds, each once. */
export function ignoredPaths(catalog: Catalog, accessLogs: ObservabilityConfig["accessLogs"]): string[] {
  const probes = Object.values(catalog.services).flatMap(({ probes: { liveness, readiness } }) => [
    liveness,
    readiness,
  ]);
  return [...new Set([...probes, ...accessLogs.ignorePaths])].sort();
}
