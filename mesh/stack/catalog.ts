import { z } from "zod";
import { externalService } from "../features/egress/schema/external-services.ts";
import { cors } from "../features/routing/schema/headers.ts";
import { redirect } from "../features/routing/schema/routes.ts";
import { service } from "./service.ts";
import { dnsLabel, hostName, list, nonEmpty, record } from "../schema/common.ts";

export type { CanarySpec } from "../features/canary/schema/canary.ts";
export type { ExternalServiceSpec } from "../features/egress/schema/external-services.ts";
export type { FaultSpec } from "../features/routing/schema/faults.ts";
export type { CorsSpec, HeadersSpec } from "../features/routing/schema/headers.ts";
export type { LoadBalancingSpec } from "../features/routing/schema/load-balancing.ts";
export type { MatchSpec } from "../features/routing/schema/matches.ts";
export type { ConnectionPoolSpec, OutlierDetectionSpec, RetriesSpec } from "../features/routing/schema/resilience.ts";
export type { GatewayKind, PassthroughSpec, RedirectSpec, RouteSpec } from "../features/routing/schema/routes.ts";
export type { RuleSpec } from "../features/routing/schema/rules.ts";
export type { ServiceSpec } from "./service.ts";
export type { VersionSpec } from "../features/workloads/schema/versions.ts";

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
