import { z } from "zod";
import { cidr, dnsLabel, hostName } from "../common.ts";

/** Callers without a sidecar: known by their addresses alone. */
const client = z.strictObject({
  addresses: z.array(cidr).min(1).describe("Networks that they call from, such as the subnets of the cluster's pods."),
  namespaces: z
    .array(dnsLabel)
    .min(1)
    .optional()
    .describe("Only pods of these namespaces, by NetworkPolicy. Default: everybody in `addresses`."),
});

/** What the internal gateway answers, and its callers. The routes are the catalog's with `gateways: [internal]`. */
export const internalGateway = z.strictObject({
  hosts: z
    .array(hostName)
    .default([])
    .describe("Host names that it answers beside the names of its Service; something else must lead them there."),
  credentialName: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Name of the TLS Secret of `hosts` in the gateway's namespace; something else keeps it. Default: no HTTPS.",
    ),
  callers: z
    .strictObject({
      services: z
        .array(dnsLabel)
        .default([])
        .describe("Services of the catalog, which ask the gateway's Service on its HTTP port; their sidecars encrypt."),
      clients: z.array(client).default([]).describe("Callers without a sidecar."),
    })
    .prefault({})
    .describe("Who may ask it. All others are refused."),
});

export type InternalGatewayTraffic = z.infer<typeof internalGateway>;
