import type { Problem } from "../../stack/errors.ts";
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
    ...(warmup !== undefined && (consistentHash !== undefined || algorithm === "RANDOM")
      ? [
          {
            path: `${path}.warmup`,
            message: "expected ROUND_ROBIN or LEAST_REQUEST beside warmup; the others have none",
          },
        ]
      : []),
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
    ...(fallsOver && outliers === undefined
      ? [
          {
            path,
            message: "expected outlierDetection beside failover: without it no pod counts as unhealthy",
            remediation: "add outlierDetection to the service",
          },
        ]
      : []),
    ...(fallsOver && distribute !== undefined
      ? [{ path: `${path}.distribute`, message: "expected either distribute or failover; got both" }]
      : []),
    ...(failover !== undefined && topology
      ? [{ path: `${path}.failoverPriority`, message: "expected no topology labels beside failover" }]
      : []),
    ...(failover ?? []).flatMap(({ from, to }, index) =>
      from === to
        ? [{ path: `${path}.failover[${index}].to`, message: `expected another region; got "${to}" again` }]
        : [],
    ),
    ...(distribute ?? []).flatMap(({ to }, index) => {
      const sum = Object.values(to).reduce((total, share) => total + share, 0);
      return sum === 100
        ? []
        : [{ path: `${path}.distribute[${index}].to`, message: `expected shares that sum to 100; got ${sum}` }];
    }),
  ];
}
