import { z } from "zod";
import { externalService } from "./catalog/external-services.ts";
import { cors } from "./catalog/headers.ts";
import { redirect } from "./catalog/routes.ts";
import { service } from "./catalog/service.ts";
import { dnsLabel, hostName, list, nonEmpty, record } from "./common.ts";

export type { CanarySpec } from "./catalog/canary.ts";
export type { ExternalServiceSpec } from "./catalog/external-services.ts";
export type { FaultSpec } from "./catalog/faults.ts";
export type { CorsSpec, HeadersSpec } from "./catalog/headers.ts";
export type { LoadBalancingSpec } from "./catalog/load-balancing.ts";
export type { MatchSpec } from "./catalog/matches.ts";
export type { ConnectionPoolSpec, OutlierDetectionSpec, RetriesSpec } from "./catalog/resilience.ts";
export type { GatewayKind, PassthroughSpec, RedirectSpec, RouteSpec } from "./catalog/routes.ts";
export type { RuleSpec } from "./catalog/rules.ts";
export type { ServiceSpec } from "./catalog/service.ts";
export type { VersionSpec } from "./catalog/versions.ts";

/** An application: its services and where the gateway answers for it. */
export const catalog = z.strictObject({
  name: dnsLabel.describe("Name of the application, equal to the file's."),
  namespace: dnsLabel.describe("Namespace of its workloads."),
  hosts: nonEmpty(hostName).describe("Host names that the gateway answers."),
  services: z
    .record(dnsLabel, service)
    .refine((services) => Object.keys(services).length > 0, "expected at least one service")
    .describe("The services by name; the name is that of the Kubernetes Service."),
  redirects: list(redirect).describe("Paths of the gateway that answer with another address."),
  cors: cors.optional().describe("Which pages of other origins may call, for every route that does not say it itself."),
  externalServices: record(dnsLabel, externalService).describe(
    "What lies outside the mesh and is called from inside, by name.",
  ),
});

export type Catalog = z.infer<typeof catalog>;
