import { z } from "zod";
import { cidr } from "./common.ts";

/** The VPC. Used only with `platform.kind: eks`. */
export const network = z.strictObject({
  cidr: cidr
    .default("10.0.0.0/16")
    .describe("Addresses of the VPC. /16 to /20: pods take their addresses from it too."),
  nat: z
    .enum(["none", "single", "perZone"])
    .default("perZone")
    .describe(
      "NAT gateways: `perZone` survives the loss of a zone, `single` is cheaper and does not, `none` cuts the nodes off the internet.",
    ),
  subnets: z
    .strictObject({
      public: z.array(cidr).describe("One network for each zone, in the order of `platform.zones`."),
      private: z.array(cidr).describe("One network for each zone, in the order of `platform.zones`."),
    })
    .optional()
    .describe("Subnets by hand. Default: planned from `network.cidr`, the private ones as large as fits."),
});

export type NetworkConfig = z.infer<typeof network>;
