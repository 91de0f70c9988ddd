import type { Partition } from "../partition.ts";
import { type PolicyDocument, policyDocument } from "./policy.ts";

/** What ExternalDNS may do: read the list of zones, and read and change the records of one. Source: its AWS guide, 2026-08. */
export function externalDnsPolicy(zoneId: string, partition: Partition): PolicyDocument {
  return policyDocument([
    {
      Sid: "Records",
      Effect: "Allow",
      Action: ["route53:ChangeResourceRecordSets", "route53:ListResourceRecordSets", "route53:ListTagsForResources"],
      Resource: `arn:${partition}:route53:::hostedzone/${zoneId}`,
    },
    { Sid: "Zones", Effect: "Allow", Action: ["route53:ListHostedZones"], Resource: "*" },
  ]);
}
