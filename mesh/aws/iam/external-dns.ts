import type { Partition } from "../partition.ts";
import template from "./external-dns.json" with { type: "json" };
import { filledIn, type PolicyDocument } from "./policy.ts";

/** What ExternalDNS may do: read the list of zones, and read and change the records of one. Source: its AWS guide, 2026-08. */
export function externalDnsPolicy(zoneId: string, partition: Partition): PolicyDocument {
  return filledIn(template, { zoneId, partition });
}
