import type { ConnectionPoolSpec, LoadBalancingSpec, OutlierDetectionSpec } from "../../stack/catalog.ts";
import { defined } from "../../kubernetes/defined.ts";
import { loadBalancer } from "./load-balancing.ts";
import type { Policy } from "../../kubernetes/istio.ts";

/** What the catalog says of how something is reached. */
interface PolicySpec {
  readonly loadBalancing?: LoadBalancingSpec | undefined;
  readonly connectionPool?: ConnectionPoolSpec | undefined;
  readonly outlierDetection?: OutlierDetectionSpec | undefined;
}

/** The same in Istio's words. */
export function trafficPolicy({ loadBalancing, connectionPool, outlierDetection }: PolicySpec): Policy {
  const tcp = connectionPool?.tcp;
  const pool = {
    ...(isSaid(tcp)
      ? { tcp: defined({ ...tcp, tcpKeepalive: isSaid(tcp.tcpKeepalive) ? defined(tcp.tcpKeepalive) : undefined }) }
      : {}),
    ...(isSaid(connectionPool?.http) ? { http: defined(connectionPool.http) } : {}),
  };
  return defined({
    loadBalancer: loadBalancing === undefined ? undefined : loadBalancer(loadBalancing),
    // Istio refuses a pool in which nothing is said.
    connectionPool: isSaid(pool) ? pool : undefined,
    outlierDetection: outlierDetection === undefined ? undefined : defined(outlierDetection),
  });
}

function isSaid<T extends object>(value: T | undefined): value is T {
  return value !== undefined && Object.keys(value).length > 0;
}
