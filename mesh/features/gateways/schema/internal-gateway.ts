import { z } from "zod";
import { cidr, dnsLabel, hostName, list, nonEmpty, optional, section, text } from "../../../schema/common.ts";

/** What the internal gateway answers, and its callers. The routes are the catalog's with `gateways: [internal]`. */
export const internalGateway = z.strictObject({
  hosts: list(hostName).describe(
    "Host names that it answers beside the names of its Service; something else must lead them there.",
  ),
  credentialName: optional(text).describe(
    "Name of the TLS Secret of `hosts` in the gateway's namespace; something else keeps it. Default: no HTTPS.",
  ),
  callers: section({
    services: list(dnsLabel).describe(
      "Services of the catalog, which ask the gateway's Service on its HTTP port; their sidecars encrypt.",
    ),
    clients: list(
      z.strictObject({
        addresses: nonEmpty(cidr).describe("Networks that they call from, such as the subnets of the cluster's pods."),
        namespaces: optional(nonEmpty(dnsLabel)).describe(
          "Only pods of these namespaces, by NetworkPolicy. Default: everybody in `addresses`.",
        ),
      }),
    ).describe("Callers without a sidecar."),
  }).describe("Who may ask it. All others are refused."),
});
