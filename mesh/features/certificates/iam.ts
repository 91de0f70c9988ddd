import type { Partition } from "../../aws/partition.ts";
import { type PolicyDocument, policyDocument } from "../../aws/iam/policy.ts";

/**
 * What cert-manager may do in AWS: write the TXT records that prove who owns these hosts, into one zone, and ask whether they are out.
 * Source: its guide to Route 53, and the calls of pkg/issuer/acme/dns/route53 in 1.21.1. Left out are the lists of zones and of
 * records, which it does not ask for when its issuer names the zone.
 */
export function dnsChallengePolicy(zoneId: string, hosts: readonly string[], partition: Partition): PolicyDocument {
  return policyDocument([
    {
      Sid: "WriteChallenges",
      Effect: "Allow",
      Action: ["route53:ChangeResourceRecordSets"],
      Resource: `arn:${partition}:route53:::hostedzone/${zoneId}`,
      Condition: {
        "ForAllValues:StringEquals": {
          "route53:ChangeResourceRecordSetsNormalizedRecordNames": challengeNames(hosts),
          "route53:ChangeResourceRecordSetsRecordTypes": ["TXT"],
          "route53:ChangeResourceRecordSetsActions": ["UPSERT", "DELETE"],
        },
        // For all of none holds always.
        Null: { "route53:ChangeResourceRecordSetsNormalizedRecordNames": "false" },
      },
    },
    {
      Sid: "FollowChanges",
      Effect: "Allow",
      Action: ["route53:GetChange"],
      Resource: `arn:${partition}:route53:::change/*`,
    },
  ]);
}

/** Names of the challenges' records: a wildcard's is that of its parent. */
function challengeNames(hosts: readonly string[]): string[] {
  return [...new Set(hosts.map((host) => `_acme-challenge.${host.replace(/^\*\./, "").toLowerCase()}`))];
}

/** What aws-privateca-issuer may do: have one authority sign. Source: its README, 1.9.0. */
export function privateCaPolicy(arn: string): PolicyDocument {
  return policyDocument([
    {
      Sid: "Sign",
      Effect: "Allow",
      Action: ["acm-pca:DescribeCertificateAuthority", "acm-pca:GetCertificate", "acm-pca:IssueCertificate"],
      Resource: arn,
    },
  ]);
}
