import { partitionOf } from "./partition.ts";

/** What a key's policy is made from. */
export interface EncryptionKeyPolicyArgs {
  /** Account that owns the key: its IAM policies decide who manages it. */
  readonly account: string;
  readonly region: string;
  /** Name of the EKS cluster: part of the names of the log groups. */
  readonly clusterName: string;
}

/**
 * Policy of the key that encrypts a cluster's Secrets, logs and volumes, as JSON text. EKS itself needs no statement: it
 * uses the key by a grant that it makes at the cluster's creation, as whoever creates the cluster.
 */
export function encryptionKeyPolicy({ account, region, clusterName }: EncryptionKeyPolicyArgs): string {
  const partition = partitionOf(region);
  const logGroups = [`/aws/eks/${clusterName}/*`, `/aws/vpc/${clusterName}/*`];
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "AccountManagesTheKey",
        Effect: "Allow",
        Principal: { AWS: `arn:${partition}:iam::${account}:root` },
        Action: "kms:*",
        Resource: "*",
      },
      {
        Sid: "LogsOfThisCluster",
        Effect: "Allow",
        Principal: { Service: `logs.${region}.amazonaws.com` },
        Action: ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
        Resource: "*",
        Condition: {
          ArnLike: {
            "kms:EncryptionContext:aws:logs:arn": logGroups.map(
              (group) => `arn:${partition}:logs:${region}:${account}:log-group:${group}`,
            ),
          },
        },
      },
      // As in the policy of AWS's own key for EBS: whoever in the account may make the volume may encrypt it. Naming the
      // Auto Scaling role instead would fail in an account that has none yet.
      {
        Sid: "VolumesOfThisAccount",
        Effect: "Allow",
        Principal: { AWS: "*" },
        Action: [
          "kms:Encrypt",
          "kms:Decrypt",
          "kms:ReEncrypt*",
          "kms:GenerateDataKey*",
          "kms:CreateGrant",
          "kms:DescribeKey",
        ],
        Resource: "*",
        Condition: {
          StringEquals: { "kms:ViaService": `ec2.${region}.amazonaws.com`, "kms:CallerAccount": account },
        },
      },
    ],
  });
}
