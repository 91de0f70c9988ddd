import { z } from "zod";
import { dnsLabel, nonEmpty } from "../../../schema/common.ts";
import { tokenDemand } from "../../authorization/schema/access.ts";
import { methods, policyPath } from "../../../schema/terms.ts";

export const call = z.strictObject({
  to: dnsLabel.describe("The service that is called."),
  methods: methods.describe("HTTP methods that the caller uses; all others are refused."),
  paths: nonEmpty(policyPath).describe("Paths that the caller uses: exact, or a prefix that ends in `*`."),
  token: tokenDemand,
});
