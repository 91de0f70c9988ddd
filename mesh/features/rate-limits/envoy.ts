import type { EnvoyFilterSpec, Json } from "../../kubernetes/objects.ts";

type JsonObject = Readonly<Record<string, Json>>;

/** Puts a filter before Envoy's router. Behind authorization: what is refused there counts for nobody. */
export function beforeRouter(
  context: "GATEWAY" | "SIDECAR_INBOUND",
  value: Json,
): EnvoyFilterSpec["configPatches"][number] {
  const subFilter = { name: "envoy.filters.http.router" };
  const filter = { name: "envoy.filters.network.http_connection_manager", subFilter };
  return {
    applyTo: "HTTP_FILTER",
    match: { context, listener: { filterChain: { filter } } },
    patch: { operation: "INSERT_BEFORE", value },
  };
}

/** The header of a 429 that tells when to ask again. */
export function retryAfter(seconds: number): Json {
  const header = { key: "retry-after", value: String(seconds) };
  return [{ append_action: "OVERWRITE_IF_EXISTS_OR_ADD", header }];
}

/**
 * An action of Envoy's `rate_limits` that counts requests with such a path. Only when every action of a limit applies do they give a
 * descriptor, so a request outside the path, or without the header, is not counted.
 */
export function pathAction(descriptor_key: string, descriptor_value: string, headers: JsonObject[]): Json {
  return { header_value_match: { descriptor_key, descriptor_value, headers } };
}

/** An action that counts each value of a header apart; none without a header. */
export function headerActions(header: string | undefined): Json[] {
  return header === undefined ? [] : [{ request_headers: { header_name: header, descriptor_key: header } }];
}

/** Matches requests at or below one of the paths. */
export function onPath(...prefixes: readonly string[]): JsonObject {
  const regex = prefixes.map((prefix) => (prefix === "/" ? ".*" : pathRegex(prefix))).join("|");
  return { name: ":path", string_match: { safe_regex: { regex } } };
}

/** The path itself and what lies below it, with or without a query: `:path` holds both. */
export function pathRegex(prefix: string): string {
  const literal = prefix.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return `${literal}(/[^?]*)?(\\?.*)?`;
}
