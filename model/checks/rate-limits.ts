import type { Problem } from "../../config/errors.ts";
import type { Check } from "./index.ts";

/** Two limits that count the same requests: only the stricter would ever be felt. */
export const checkRateLimits: Check = ({ catalog }) =>
  Object.entries(catalog.services).flatMap(([name, { rateLimits }]) =>
    repeated(rateLimits.local, `services.${name}.rateLimits.local`),
  );

function repeated(
  limits: readonly {
    readonly header?: string | undefined;
    readonly prefix?: string | undefined;
    readonly per: string;
  }[],
  path: string,
): Problem[] {
  return limits.flatMap((limit, index) => {
    const first = limits.findIndex(
      ({ header, prefix, per }) => header === limit.header && prefix === limit.prefix && per === limit.per,
    );
    return first < index
      ? [
          {
            path: `${path}[${index}]`,
            message: `expected one limit a ${limit.per} for the same requests; [${first}] counts them too`,
            hint: "keep the stricter one, or give them different windows, headers or prefixes",
          },
        ]
      : [];
  });
}
