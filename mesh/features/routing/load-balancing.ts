import type { LoadBalancingSpec } from "../../stack/catalog.ts";
import { defined } from "../../kubernetes/defined.ts";
import type { LoadBalancer } from "../../kubernetes/istio.ts";

/** How callers choose among pods, in Istio's words. */
export function loadBalancer(spec: LoadBalancingSpec): LoadBalancer {
  if (typeof spec === "string") {
    return { simple: spec };
  }
  const { algorithm, consistentHash, warmup, locality } = spec;
  return defined({
    simple: consistentHash === undefined ? (algorithm ?? "ROUND_ROBIN") : undefined,
    consistentHash: consistentHash === undefined ? undefined : hash(consistentHash),
    warmup: warmup === undefined ? undefined : { duration: warmup },
    localityLbSetting: locality === undefined ? undefined : defined(locality),
  });
}

type Hash = NonNullable<Exclude<LoadBalancingSpec, string>["consistentHash"]>;

function hash({ header, cookie, queryParameter, sourceIp }: Hash): NonNullable<LoadBalancer["consistentHash"]> {
  return defined({
    httpHeaderName: header,
    httpCookie: cookie === undefined ? undefined : defined(cookie),
    httpQueryParameterName: queryParameter,
    useSourceIp: sourceIp,
  });
}
