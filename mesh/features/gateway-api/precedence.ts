import type { HttpRouteMatch } from "../../kubernetes/gateway-api.ts";

/**
 * How a match is ranked, the first difference counting, higher first: an exact path, a longer one, a method, more headers,
 * more parameters of the query. Source: Istio 1.30.3, `sortHTTPRoutes` in pilot/pkg/config/kube/gateway/conversion.go.
 */
export function rankOf({ path, method, headers = [], queryParams = [] }: HttpRouteMatch): number[] {
  return [
    path.type === "Exact" ? 1 : 0,
    path.value.length,
    method === undefined ? 0 : 1,
    headers.length,
    queryParams.length,
  ];
}

/** Negative when the first goes first, 0 when only the place in the object tells. */
export function compare(one: readonly number[], other: readonly number[]): number {
  return one.map((value, index) => (other[index] ?? 0) - value).find((difference) => difference !== 0) ?? 0;
}
