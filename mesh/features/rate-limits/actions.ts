import type { Json } from "../../kubernetes/objects.ts";

/** What a limit counts: requests to a path, each value of a header apart. */
export interface Counted {
  readonly header?: string | undefined;
  readonly prefix?: string | undefined;
}

/** Key of the descriptor entry that stands for a path. */
export const PATH_KEY = "path";

/** Key of the entry that stands for every request, where a limit asks for nothing else. */
export const ALL_KEY = "all";

/**
 * Envoy's `rate_limits` actions of a limit. They give a descriptor only when every action applies, so a request outside
 * the path, or without the header, is not counted.
 */
export function actionsOf({ header, prefix }: Counted): Json[] {
  const path: Json[] =
    prefix === undefined
      ? []
      : [
          {
            header_value_match: {
              descriptor_key: PATH_KEY,
              descriptor_value: prefix,
              headers: [{ name: ":path", string_match: { safe_regex: { regex: pathRegex(prefix) } } }],
            },
          },
        ];
  const value: Json[] =
    header === undefined ? [] : [{ request_headers: { header_name: header, descriptor_key: header } }];
  return [...path, ...value];
}

/** The path itself and what lies below it, with or without a query: `:path` holds both. */
export function pathRegex(prefix: string): string {
  const literal = prefix.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return `${literal}(/[^?]*)?(\\?.*)?`;
}
