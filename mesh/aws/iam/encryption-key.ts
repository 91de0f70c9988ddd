import template from "./encryption-key.json" with { type: "json" };
import { filledIn } from "./policy.ts";
import { partitionOf } from "../partition.ts";

/**
 * Policy of the key that encrypts a cluster's Secrets, logs and volumes, as JSON text. EKS itself needs no statement: it
 * uses the key by a grant that it makes at the cluster's creation, as whoever creates the cluster. Volumes as in the policy of AWS's
 * own key for EBS: whoever in the account may make the volume may encrypt it. Naming the Auto Scaling role instead would fail in an
 * account that has none yet.
 * @param args.account owns the key: its IAM policies decide who manages it
 * @param args.clusterName name of the EKS cluster: part of the names of the log groups
 */
export function encryptionKeyPolicy(args: Readonly<Record<"account" | "region" | "clusterName", string>>): string {
  return JSON.stringify(filledIn(template, { ...args, partition: partitionOf(args.region) }));
}
