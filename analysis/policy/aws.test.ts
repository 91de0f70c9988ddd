import { encryption, instanceMetadata, logRetention, metadataHops } from "./rules/encryption.ts";
import { noOpenEndpoint, noOpenSecurityGroup, noPublicBucket, noPublicDatabase } from "./rules/exposure.ts";
import { UNKNOWN } from "./rules/values.ts";
import { describeRule, resource, type Case } from "../../tests/support/policy-cases.ts";

const RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const OLD_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule";
const GROUP = "aws:ec2/securityGroup:SecurityGroup";

describeRule(noOpenSecurityGroup, [
  ["passes a network of one's own", resource(RULE, { cidrIpv4: "10.0.0.0/8" }), []],
  ["passes another group", resource(RULE, { referencedSecurityGroupId: "sg-1" }), []],
  ["passes a way out", resource(OLD_RULE, { type: "egress", cidrBlocks: ["0.0.0.0/0"] }), []],
  ["refuses the world", resource(RULE, { cidrIpv4: "0.0.0.0/0" }), ["lets in 0.0.0.0/0"]],
  ["refuses half of it", resource(RULE, { cidrIpv4: "128.0.0.0/1" }), ["lets in 128.0.0.0/1"]],
  ["refuses the world of IPv6", resource(RULE, { cidrIpv6: "::/0" }), ["lets in ::/0"]],
  ["passes a network of IPv6", resource(RULE, { cidrIpv6: "2001:db8::/32" }), []],
  [
    "refuses it in the older resource",
    resource(OLD_RULE, { type: "ingress", cidrBlocks: ["0.0.0.0/0"] }),
    ["lets in 0.0.0.0/0"],
  ],
  ["refuses it in the group", resource(GROUP, { ingress: [{ ipv6CidrBlocks: ["::/0"] }] }), ["lets in ::/0"]],
  ["waits for what is not known", resource(GROUP, { ingress: UNKNOWN }), []],
]);

const BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
const blocked = { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true };

describeRule(noPublicBucket, [
  ["passes a bucket that blocks", resource(BLOCK, blocked), []],
  [
    "refuses one that does not",
    resource(BLOCK, { ...blocked, blockPublicPolicy: false }),
    ["blockPublicPolicy is off"],
  ],
  [
    "refuses a public ACL",
    resource("aws:s3/bucketAcl:BucketAcl", { acl: "public-read" }),
    ["acl public-read opens the bucket"],
  ],
  ["passes a private one", resource("aws:s3/bucketV2:BucketV2", { acl: "private" }), []],
  ["waits for what is not known", resource(BLOCK, { ...blocked, blockPublicAcls: UNKNOWN }), []],
]);

describeRule(noPublicDatabase, [
  ["passes one in private subnets", resource("aws:rds/instance:Instance", {}), []],
  [
    "refuses a public one",
    resource("aws:rds/instance:Instance", { publiclyAccessible: true }),
    ["publiclyAccessible is on"],
  ],
  [
    "refuses a public instance of a cluster",
    resource("aws:rds/clusterInstance:ClusterInstance", { publiclyAccessible: true }),
    ["publiclyAccessible is on"],
  ],
  ["waits for what is not known", resource("aws:rds/instance:Instance", { publiclyAccessible: UNKNOWN }), []],
]);

const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const disk = (encrypted: unknown) => ({ blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { encrypted } }] });
const CLASS = "kubernetes:storage.k8s.io/v1:StorageClass";
const ENCRYPTED: readonly (readonly [string, string])[] = [
  ["aws:ebs/volume:Volume", "encrypted"],
  ["aws:efs/fileSystem:FileSystem", "encrypted"],
  ["aws:rds/instance:Instance", "storageEncrypted"],
  ["aws:rds/cluster:Cluster", "storageEncrypted"],
  ["aws:kms/key:Key", "enableKeyRotation"],
];
const NAMED: readonly (readonly [string, string])[] = [
  ["aws:cloudwatch/logGroup:LogGroup", "kmsKeyId"],
  ["eks:index:Cluster", "encryptionConfigKeyArn"],
];

describeRule(encryption, [
  ...ENCRYPTED.flatMap(([type, key]): Case[] => [
    [`passes ${type} with ${key}`, resource(type, { [key]: true }), []],
    [`refuses ${type} without`, resource(type, {}), [`${key} is off`]],
    [`waits for ${type}`, resource(type, { [key]: UNKNOWN }), []],
  ]),
  ...NAMED.flatMap(([type, key]): Case[] => [
    [`passes ${type} with a key`, resource(type, { [key]: "arn:aws:kms:::key/1" }), []],
    [`refuses ${type} without`, resource(type, {}), [`${key} names no KMS key`]],
    [`waits for the key of ${type}`, resource(type, { [key]: UNKNOWN }), []],
  ]),
  [
    "refuses a cache that sends in plain text",
    resource("aws:elasticache/replicationGroup:ReplicationGroup", { atRestEncryptionEnabled: true }),
    ["transitEncryptionEnabled is off"],
  ],
  [
    "refuses a cluster of the provider itself",
    resource("aws:eks/cluster:Cluster", {}),
    ["encryptionConfig.provider.keyArn names no KMS key"],
  ],
  ["passes encrypted disks", resource(TEMPLATE, disk("true")), []],
  ["refuses a plain disk", resource(TEMPLATE, disk(undefined)), ["disk /dev/xvda is not encrypted"]],
  [
    "refuses a template that leaves it open",
    resource(TEMPLATE, {}),
    ["blockDeviceMappings leaves the disk to the image, which need not encrypt it"],
  ],
  ["waits for disks that are not known", resource(TEMPLATE, { blockDeviceMappings: UNKNOWN }), []],
  [
    "refuses a class of plain volumes",
    resource(CLASS, { provisioner: "ebs.csi.aws.com" }),
    ["parameters.encrypted is not true"],
  ],
  [
    "passes a class of encrypted ones",
    resource(CLASS, { provisioner: "ebs.csi.aws.com", parameters: { encrypted: "true" } }),
    [],
  ],
]);

const metadata = (metadataOptions: unknown) => resource(TEMPLATE, { metadataOptions });

describeRule(instanceMetadata, [
  ["passes version 2", metadata({ httpTokens: "required" }), []],
  ["passes none at all", metadata({ httpEndpoint: "disabled" }), []],
  ["refuses version 1", metadata({ httpTokens: "optional" }), ["metadataOptions.httpTokens is optional"]],
  ["refuses AWS's default", resource("aws:ec2/instance:Instance", {}), ["metadataOptions.httpTokens is not set"]],
  ["waits for what is not known", metadata(UNKNOWN), []],
]);

describeRule(metadataHops, [
  ["passes one hop", metadata({ httpPutResponseHopLimit: 1 }), []],
  ["advises against two", metadata({ httpPutResponseHopLimit: 2 }), ["metadataOptions.httpPutResponseHopLimit is 2"]],
  ["waits for what is not known", metadata(UNKNOWN), []],
]);

const LOGS = "aws:cloudwatch/logGroup:LogGroup";
describeRule(logRetention, [
  ["passes an end", resource(LOGS, { retentionInDays: 30 }), []],
  ["advises one", resource(LOGS, {}), ["retentionInDays is not set"]],
  ["waits for what is not known", resource(LOGS, { retentionInDays: UNKNOWN }), []],
]);

describeRule(noOpenEndpoint, [
  ["passes known networks", resource("eks:index:Cluster", { publicAccessCidrs: ["203.0.113.0/24"] }), []],
  [
    "passes a private one",
    resource("eks:index:Cluster", { endpointPublicAccess: false, publicAccessCidrs: ["0.0.0.0/0"] }),
    [],
  ],
  [
    "advises against the world",
    resource("eks:index:Cluster", { publicAccessCidrs: ["0.0.0.0/0"] }),
    ["the API server answers 0.0.0.0/0"],
  ],
  [
    "looks into the provider's own type",
    resource("aws:eks/cluster:Cluster", { vpcConfig: { publicAccessCidrs: ["0.0.0.0/0"] } }),
    ["the API server answers 0.0.0.0/0"],
  ],
  ["waits for what is not known", resource("eks:index:Cluster", { publicAccessCidrs: UNKNOWN }), []],
]);
