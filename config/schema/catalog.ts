import { z } from "zod";
import { service } from "./catalog/service.ts";
import { dnsLabel, hostName } from "./common.ts";

export type { CallSpec } from "./catalog/calls.ts";
export type { RouteSpec } from "./catalog/routes.ts";
export type { ServiceSpec } from "./catalog/service.ts";
export type { VersionSpec } from "./catalog/versions.ts";

/** An application: its services and where the gateway answers for it. */
export const catalog = z.strictObject({
  name: dnsLabel.describe("Name of the application, equal to the file's."),
  namespace: dnsLabel.describe("Namespace of its workloads."),
  hosts: z.array(hostName).min(1).describe("Host names that the gateway answers."),
  services: z
    .record(dnsLabel, service)
    .refine((services) => Object.keys(services).length > 0, { error: "expected at least one service" })
    .describe("The services by name; the name is that of the Kubernetes Service."),
});

export type Catalog = z.infer<typeof catalog>;
