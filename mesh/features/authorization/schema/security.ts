import { z } from "zod";
import {
  cidr,
  dnsLabel,
  flag,
  list,
  matching,
  nonEmpty,
  oneOf,
  optional,
  port,
  section,
  text,
  whole,
  withDefault,
} from "../../../schema/common.ts";

/** Rules that `security.profile: production` enforces. An exception names the rule and says why. */
export const PRODUCTION_RULES = [
  "permissive-mtls",
  "past-the-sidecar",
  "mutable-image",
  "image-digest",
  "open-endpoint",
  "self-signed",
  "plain-http",
  "fault-injection",
  "traffic-mirroring",
] as const;

/** A service that decides about requests beside the policies: Open Policy Agent, oauth2-proxy and the like. */
const externalAuthorization = z.strictObject({
  host: text.describe("Host of the authorizer: `opa.opa.svc.cluster.local`."),
  port: port.describe("Port of the authorizer."),
  protocol: oneOf(["grpc", "http"], "grpc").describe("Envoy's ext_authz protocol that it speaks."),
  services: nonEmpty(dnsLabel).describe("Services whose requests it is asked about."),
  paths: optional(nonEmpty(z.string().startsWith("/", "expected a path that starts with /"))).describe(
    "Paths that it is asked about. Default: every one but the probes'.",
  ),
  timeout: matching(/^\d+(ms|s)$/, "expected a duration such as 500ms or 2s")
    .default("1s")
    .describe("How long a proxy waits for its answer."),
  failOpen: flag(false).describe("Let requests pass while it does not answer."),
  headers: withDefault(z.array(text), ["authorization"]).describe(
    "Request headers that it gets (protocol `http`; `grpc` gets all).",
  ),
});

export const security = z.strictObject({
  profile: oneOf(["development", "production"], "production").describe(
    "`production` refuses weak settings unless `security.exceptions` says why.",
  ),
  mtls: oneOf(["STRICT", "PERMISSIVE"], "STRICT").describe(
    "Mutual TLS of the whole mesh. `PERMISSIVE` also takes plain text.",
  ),
  migration: list(
    z.strictObject({
      service: dnsLabel.describe("Service that still has callers without a sidecar."),
      plainTextFrom: nonEmpty(cidr).describe(
        "Networks whose plain-text requests pass: without a certificate the address is all that is known.",
      ),
    }),
  ).describe("Services that still take plain text while the rest of the mesh does not (docs/operations.md)."),
  externalAuthorization: optional(externalAuthorization).describe(
    "An authorizer that is asked before the policies decide (AuthorizationPolicy CUSTOM). Default: none.",
  ),
  networkPolicies: flag(true).describe(
    "NetworkPolicies from the call graph, enforced below the mesh by the cluster's network add-on.",
  ),
  quota: section({
    enabled: flag(true).describe("Limit what the application's namespace may ask for."),
    headroomPercent: whole(0, 1000)
      .default(50)
      .describe("What may be asked for beyond all autoscalers at their top, for updates and jobs, in per cent."),
  }).describe("ResourceQuota of the application's namespace, counted from the catalog."),
  exceptions: z
    .partialRecord(z.enum(PRODUCTION_RULES), z.string().min(10, "expected a reason of at least 10 characters"))
    .default({})
    .describe("Rules of the production profile that this stack breaks, each with its reason."),
});

export type SecurityConfig = z.infer<typeof security>;
export type ProductionRule = (typeof PRODUCTION_RULES)[number];
