import { problemIf, type Problem } from "../../stack/errors.ts";
import type { LoadBalancingSpec, OutlierDetectionSpec } from "../../stack/catalog.ts";
import type { Check } from "../../stack/check.ts";

/** What Istio would refuse, or take and not do. */
export const checkLoadBalancing: Check = ({ catalog }) =>
  Object.entries(catalog.services).flatMap(([name, service]) => [
    ...problems(service.loadBalancing, service.outlierDetection, `services.${name}.loadBalancing`),
    ...Object.entries(service.versions).flatMap(([version, { loadBalancing, outlierDetection }]) =>
      problems(
        loadBalancing,
        outlierDetection ?? service.outlierDetection,
        `services.${name}.versions.${version}.loadBalancing`,
      ),
    ),
  ]);

function problems(
  spec: LoadBalancingSpec | undefined,
  outliers: OutlierDetectionSpec | undefined,
  path: string,
): Problem[] {
  if (spec === undefined || typeof spec === "string") {
    return [];
  }
  const { algorithm, consistentHash, warmup, locality } = spec;
  return [
    ...problemIf(
      warmup !== undefined && (consistentHash !== undefined || algorithm === "RANDOM"),
      `${path}.warmup`,
      "expected ROUND_ROBIN or LEAST_REQUEST beside warmup; the others have none",
    ),
    ...(locality === undefined ? [] : localityProblems(locality, outliers, `${path}.locality`)),
  ];
}

type Locality = NonNullable<Exclude<LoadBalancingSpec, string>["locality"]>;

function localityProblems(
  { failover, failoverPriority, distribute }: Locality,
  outliers: OutlierDetectionSpec | undefined,
  path: string,
): Problem[] {
  const fallsOver = failover !== undefined || failoverPriority !== undefined;
  const topology = failoverPriority?.some((label) => label.startsWith("topology.")) === true;
  return [
    ...problemIf(
      fallsOver && outliers === undefined,
      path,
      "expected outlierDetection beside failover: without it no pod counts as unhealthy",
      "add outlierDetection to the service",
    ),
    ...problemIf(
      fallsOver && distribute !== undefined,
      `${path}.distribute`,
      "expected either distribute or failover; got both",
    ),
    ...problemIf(
      failover !== undefined && topology,
      `${path}.failoverPriority`,
      "expected no topology labels beside failover",
    ),
    ...(failover ?? []).flatMap(({ from, to }, index) =>
      problemIf(from === to, `${path}.failover[${index}].to`, `expected another region; got "${to}" again`),
    ),
    ...(distribute ?? []).flatMap(({ to }, index) => {
      const sum = Object.values(to).reduce((total, share) => total + share, 0);
      return problemIf(sum !== 100, `${path}.distribute[${index}].to`, `expected shares that sum to 100; got ${sum}`);
    }),
  ];
}
