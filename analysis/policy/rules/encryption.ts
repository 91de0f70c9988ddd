import type { PolicyResource, ResourceRule } from "./rule.ts";
import { at, isMissing, isOff, items, text, UNKNOWN } from "./values.ts";

/** What must be on or named for a type to be encrypted, as paths into its inputs. */
const SWITCHES: Readonly<Record<string, readonly string[]>> = {
  "aws:ebs/volume:Volume": ["encrypted"],
  "aws:efs/fileSystem:FileSystem": ["encrypted"],
  "aws:rds/instance:Instance": ["storageEncrypted"],
  "aws:rds/cluster:Cluster": ["storageEncrypted"],
  "aws:elasticache/replicationGroup:ReplicationGroup": ["atRestEncryptionEnabled", "transitEncryptionEnabled"],
  "aws:kms/key:Key": ["enableKeyRotation"],
};
const KEYS: Readonly<Record<string, readonly (string | number)[]>> = {
  "aws:cloudwatch/logGroup:LogGroup": ["kmsKeyId"],
  "eks:index:Cluster": ["encryptionConfigKeyArn"],
  "aws:eks/cluster:Cluster": ["encryptionConfig", "provider", "keyArn"],
};

/** Driver whose volumes are unencrypted unless the class says otherwise. */
const EBS_DRIVER = "ebs.csi.aws.com";

function findings({ type, props }: PolicyResource): string[] {
  const off = (SWITCHES[type] ?? []).filter((key) => isOff(at(props, key))).map((key) => `${key} is off`);
  const key = KEYS[type];
  if (key !== undefined && isMissing(at(props, ...key))) {
    return [`${key.join(".")} names no KMS key`];
  }
  if (type === "aws:ec2/launchTemplate:LaunchTemplate") {
    return disks(at(props, "blockDeviceMappings"));
  }
  if (/:StorageClass$/.test(type) && at(props, "provisioner") === EBS_DRIVER) {
    return isOff(at(props, "parameters", "encrypted")) ? ["parameters.encrypted is not true"] : [];
  }
  return off;
}

function disks(mappings: unknown): string[] {
  if (mappings === UNKNOWN) {
    return [];
  }
  const all = items(mappings);
  return all.length === 0
    ? ["blockDeviceMappings leaves the disk to the image, which need not encrypt it"]
    : all
        .filter((mapping) => mapping !== UNKNOWN && isOff(at(mapping, "ebs", "encrypted")))
        .map((mapping) => `disk ${text(at(mapping, "deviceName"))} is not encrypted`);
}

/** What is kept is encrypted. */
export const encryption: ResourceRule = {
  kind: "resource",
  name: "encryption",
  description: "Disks, databases, logs and the cluster's Secrets are encrypted, with keys that rotate.",
  level: "mandatory",
  remediation: "Turn it on; the stack's own key is cluster.encryptionKeyArn, or the one it makes.",
  judge: findings,
};

/** Types that start instances. */
const INSTANCES = ["aws:ec2/launchTemplate:LaunchTemplate", "aws:ec2/instance:Instance"];

/** Instances hand out their credentials for a session token only. */
export const instanceMetadata: ResourceRule = {
  kind: "resource",
  name: "instance-metadata-v2",
  description: "Instance metadata asks for a session token (IMDSv2): a forged request gets no credentials of the node.",
  level: "mandatory",
  remediation: "Set metadataOptions.httpTokens to required.",
  judge: ({ type, props }) => {
    const tokens = at(props, "metadataOptions", "httpTokens");
    const disabled = at(props, "metadataOptions", "httpEndpoint") === "disabled";
    return INSTANCES.includes(type) && !disabled && tokens !== UNKNOWN && tokens !== "required"
      ? [`metadataOptions.httpTokens is ${text(tokens, "not set")}`]
      : [];
  },
};

/** Pods do not reach the instance's metadata. */
export const metadataHops: ResourceRule = {
  kind: "resource",
  name: "instance-metadata-hops",
  description: "Instance metadata answers the node and not its pods: they have roles of their own.",
  level: "advisory",
  remediation: "Set metadataOptions.httpPutResponseHopLimit to 1.",
  judge: ({ type, props }) => {
    const hops = at(props, "metadataOptions", "httpPutResponseHopLimit");
    return INSTANCES.includes(type) && hops !== UNKNOWN && hops !== 1
      ? [`metadataOptions.httpPutResponseHopLimit is ${typeof hops === "number" ? hops : "not set"}`]
      : [];
  },
};

/** Logs end some day. */
export const logRetention: ResourceRule = {
  kind: "resource",
  name: "log-retention",
  description: "Logs have an end: without one they are kept, and paid for, for ever.",
  level: "advisory",
  remediation: "Set retentionInDays.",
  judge: ({ type, props }) =>
    type === "aws:cloudwatch/logGroup:LogGroup" && isMissing(at(props, "retentionInDays"))
      ? ["retentionInDays is not set"]
      : [],
};
