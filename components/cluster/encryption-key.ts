import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { encryptionKeyPolicy } from "../../mesh/aws/iam/encryption-key.ts";

export interface EncryptionKeyArgs {
  /** Region of the stack. Plain: part of the policy. Source: `platform.region`. */
  readonly region: string;
  /** Name of the EKS cluster. Plain: part of the policy and of the alias. */
  readonly clusterName: string;
  /** Whether what it encrypts must survive mistakes: protected, and the longest wait before AWS deletes it. */
  readonly keep: boolean;
}

/** Days that AWS waits before it deletes a key for good: what may be lost goes soon, what must be kept late. */
const DELETION_DAYS = { keep: 30, discard: 7 } as const;

/**
 * The KMS key of a stack: Secrets in etcd, logs, nodes' volumes and volumes of pods. Rotated every year. It is made before
 * everything that it encrypts and goes after it; in between, CloudWatch and EBS could not read what they hold.
 */
export class EncryptionKey extends pulumi.ComponentResource {
  /** ARN of the key. */
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: EncryptionKeyArgs, options: pulumi.ComponentResourceOptions) {
    super("ecommerce-mesh:cluster:EncryptionKey", name, {}, options);
    const { region, clusterName, keep } = args;
    const { accountId } = aws.getCallerIdentityOutput({}, { parent: this });
    const key = new aws.kms.Key(
      `${name}-key`,
      {
        description: `Secrets, logs and volumes of the EKS cluster ${clusterName}`,
        enableKeyRotation: true,
        deletionWindowInDays: DELETION_DAYS[keep ? "keep" : "discard"],
        policy: accountId.apply((account) => encryptionKeyPolicy({ account, region, clusterName })),
      },
      { parent: this, protect: keep },
    );
    new aws.kms.Alias(`${name}-alias`, { name: `alias/eks/${clusterName}`, targetKeyId: key.keyId }, { parent: this });
    this.arn = key.arn;
    this.registerOutputs({ arn: this.arn });
  }
}
