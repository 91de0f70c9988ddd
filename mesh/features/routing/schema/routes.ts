import { z } from "zod";
import { hostName, nonEmpty, optional, port, withDefault } from "../../../schema/common.ts";
import { grant } from "../../authorization/schema/access.ts";
import { cors, headers } from "./headers.ts";
import { path } from "../../../schema/terms.ts";

/** A prefix of paths; the requests are those with this path and those below it. */
export const prefix = path.regex(
  /^\/$|[^/]$/,
  "expected a prefix without a slash at its end: /products also matches /products/",
);

const rewrite = z
  .strictObject({
    path: prefix.optional().describe("What the prefix becomes before the service sees the path."),
    authority: hostName.optional().describe("What the host becomes."),
  })
  .refine(({ path, authority }) => path !== undefined || authority !== undefined, "expected path, authority or both");

export const route = z.strictObject({
  prefix: prefix.describe("Requests whose path is this, or lies below it, go to the service."),
  gateways: nonEmpty(z.enum(["ingress", "internal"]))
    .refine((gateways) => new Set(gateways).size === gateways.length, "expected each gateway once")
    .default(["ingress"])
    .describe(
      "Gateways on which the path leads here: `ingress`, for requests from outside; `internal`, for the callers that `traffic.internalGateway` names.",
    ),
  hosts: optional(nonEmpty(hostName)).describe(
    "Hosts of the catalog for which the route holds at the ingress gateway. Default: every one.",
  ),
  rewrite: rewrite.optional().describe("What the service sees in place of prefix and host."),
  headers: headers.optional().describe("Headers to change for requests through the gateway."),
  cors: cors.optional().describe("Which pages of other origins may call. Default: the catalog's."),
  allow: withDefault(z.union([z.literal("none"), grant, nonEmpty(grant)]), {}).describe(
    "What the gateway may ask for: by default every method on the prefix. A list where tokens decide. `none`: routed, but the service refuses all but health checks.",
  ),
});

export const redirect = z
  .strictObject({
    prefix: prefix.describe("Requests whose path is this, or lies below it."),
    path: path.optional().describe("The whole new path. Default: the old one."),
    host: hostName.optional().describe("The new host. Default: the old one."),
    scheme: z.enum(["http", "https"]).optional().describe("The new scheme. Default: the old one."),
    code: withDefault(
      z.union([z.literal(301), z.literal(302), z.literal(303), z.literal(307), z.literal(308)]),
      301,
    ).describe("Status of the answer."),
  })
  .refine(
    ({ path, host, scheme }) => path !== undefined || host !== undefined || scheme !== undefined,
    "expected path, host or scheme",
  );

/** Hosts whose TLS ends at the service itself: the ingress gateway reads the name that the client asks for, and no more. */
export const passthrough = z.strictObject({
  hosts: nonEmpty(hostName).describe("Host names, other ones than the catalog's `hosts`."),
  port: port.describe("Port of the pod that speaks TLS: one of `extraPorts`, with a name that begins with `tls`."),
});

export type RouteSpec = z.infer<typeof route>;
export type GatewayKind = RouteSpec["gateways"][number];
export type RedirectSpec = z.infer<typeof redirect>;
export type PassthroughSpec = z.infer<typeof passthrough>;
