import { z } from "zod";
import { dnsLabel, optional, text } from "../../../schema/common.ts";
import { fault, mirror } from "./faults.ts";
import { headers } from "./headers.ts";
import { match } from "./matches.ts";
import { retries } from "./resilience.ts";
import { duration } from "../../../schema/terms.ts";

/**
 * What some requests to a service get that others do not. The most specific rule wins: most conditions first, then the
 * strictest path, then the strictest values; between equals, the order of the catalog. `priority` goes before all that.
 */
export const rule = z.strictObject({
  name: dnsLabel.optional().describe("What the route is called in logs. Default: its place in the list."),
  match: match.describe("Which requests."),
  version: optional(text).describe(
    "Version that answers all of them. Default: the service's split among its versions.",
  ),
  priority: z.int().min(-100).max(100).default(0).describe("Higher goes first; between equals the more specific."),
  timeout: duration.optional().describe("As the service's; default: the service's."),
  retries: retries.optional().describe("As the service's; default: the service's."),
  headers: headers.optional().describe("Headers to change, beside the service's and the version's."),
  fault: fault.optional().describe("Failures on purpose. Default: none, whatever the service has."),
  mirror: mirror.optional().describe("Copies. Default: none, whatever the service has."),
});

export type RuleSpec = z.infer<typeof rule>;
