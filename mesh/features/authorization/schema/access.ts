import { z } from "zod";
import { cidr, dnsLabel, matching, nonEmpty, optional, port, record, text } from "../../../schema/common.ts";
import { methods, policyPath } from "../../../schema/terms.ts";

/** What a request's token must say. An empty object: any token that the service's `jwt` accepts. */
export const token = z.strictObject({
  principals: nonEmpty(
    matching(
      /^.+\/.+$/,
      "expected issuer and subject, such as https://id.example.com/admin or https://id.example.com/*",
    ),
  )
    .optional()
    .describe("Accepted `issuer/subject`, with a `*` at the end for any subject of the issuer. Default: every one."),
  claims: record(text, nonEmpty(text)).describe(
    "Claims that the token must have, each with the values of which one is enough. `a.b` is claim b within a.",
  ),
});

export const tokenDemand = z
  .union([z.literal("none"), token])
  .optional()
  .describe(
    "What the end user's token must say; needs `jwt`. `none`: no token. Default: any token for requests of a gateway where `jwt.required`, else none.",
  );

/** Requests that pass: of these methods to these paths. */
export const grant = z.strictObject({
  methods: methods.optional().describe("HTTP methods. Default: every one."),
  paths: optional(nonEmpty(policyPath)).describe(
    "Paths, exact or a prefix that ends in `*`. Default: all below the prefix.",
  ),
  token: tokenDemand,
});

const allowedHost = z
  .string()
  .max(253)
  .regex(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    "expected a host name without a wildcard: an allow names what it opens",
  );

/** A caller that is no service of the catalog: what is known of it. */
const externalCaller = z
  .strictObject({
    principals: optional(nonEmpty(z.string())).describe(
      "Identities: `<trust domain>/ns/<namespace>/sa/<service account>`, each in full.",
    ),
    namespaces: nonEmpty(dnsLabel).optional().describe("Namespaces: every workload of them that has a sidecar."),
    addresses: optional(nonEmpty(cidr)).describe(
      'Networks: for callers without a sidecar, on ports that take plain text (`mtls`). In an ambient mesh only with `paths: ["/*"]` and nothing else.',
    ),
  })
  .refine(
    ({ principals, namespaces, addresses }) => [principals, namespaces, addresses].filter(Boolean).length === 1,
    "expected one of principals, namespaces and addresses",
  );

export const access = z.strictObject({
  from: externalCaller.describe("Who may call."),
  methods: methods.optional().describe("HTTP methods. Default: every one."),
  paths: nonEmpty(policyPath).describe("Paths, exact or a prefix that ends in `*`."),
  port: port.optional().describe("Port of the pod. Default: the service's `port`."),
  hosts: nonEmpty(allowedHost).optional().describe("Host names that the request must ask for. Default: every one."),
  token: tokenDemand,
});

export type AccessSpec = z.infer<typeof access>;
export type GrantSpec = z.infer<typeof grant>;
export type TokenSpec = z.infer<typeof token>;
export type TokenDemand = z.infer<typeof tokenDemand>;
