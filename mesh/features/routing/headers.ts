import type { CorsSpec, HeadersSpec } from "../../stack/catalog.ts";
import { defined } from "../../kubernetes/defined.ts";
import type { CorsPolicy, HeaderOperations, Headers } from "../../kubernetes/istio.ts";

type Operations = NonNullable<HeadersSpec["request"]>;

/** Changes of headers laid over each other, the later winning; undefined when there are none. */
export function mergeHeaders(...specs: (HeadersSpec | undefined)[]): Headers | undefined {
  const request = mergeOperations(specs.flatMap((spec) => spec?.request ?? []));
  const response = mergeOperations(specs.flatMap((spec) => spec?.response ?? []));
  return request === undefined && response === undefined ? undefined : defined({ request, response });
}

function mergeOperations(operations: readonly Operations[]): HeaderOperations | undefined {
  if (operations.length === 0) {
    return undefined;
  }
  const set = Object.assign({}, ...operations.map(({ set }) => set)) as Record<string, string>;
  const add = Object.assign({}, ...operations.map(({ add }) => add)) as Record<string, string>;
  const remove = [...new Set(operations.flatMap(({ remove }) => remove ?? []))];
  return {
    ...(Object.keys(set).length === 0 ? {} : { set }),
    ...(Object.keys(add).length === 0 ? {} : { add }),
    ...(remove.length === 0 ? {} : { remove }),
  };
}

/** Istio's words for a CORS policy. A preflight of an origin that may not call ends at the gateway. */
export function corsPolicy(cors: CorsSpec): CorsPolicy {
  const { allowOrigins, allowMethods, allowHeaders, exposeHeaders, maxAge, allowCredentials } = cors;
  return defined({
    allowOrigins: allowOrigins.map((origin) =>
      typeof origin === "object" ? origin : origin === "*" ? { regex: ".*" } : { exact: origin },
    ),
    allowMethods,
    allowHeaders,
    exposeHeaders,
    maxAge,
    allowCredentials,
    unmatchedPreflights: "IGNORE" as const,
  });
}
