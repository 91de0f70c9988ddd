import type { PolicyResource, ResourceRule } from "./rule.ts";
import { at, isOff, isOn, items, text, texts } from "./values.ts";

/** Nobody's own IPv4 network is wider; of IPv6 a provider's allocation is /32 or longer. */
const WIDEST_OWN_PREFIX = { v4: 8, v6: 16 };

/** Whether a network holds a large part of the world. */
export function isWorld(network: string): boolean {
  const prefix = /\/(\d+)$/.exec(network)?.[1];
  const widest = network.includes(":") ? WIDEST_OWN_PREFIX.v6 : WIDEST_OWN_PREFIX.v4;
  return prefix !== undefined && Number(prefix) < widest;
}

/** Networks that a security group's resource lets in. */
function networksIn({ type, props }: PolicyResource): string[] {
  const of = (rule: unknown, ...keys: string[]) => keys.flatMap((key) => texts(at(rule, key)));
  switch (type) {
    case "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule":
      return of(props, "cidrIpv4", "cidrIpv6");
    case "aws:ec2/securityGroupRule:SecurityGroupRule":
      return at(props, "type") === "ingress" ? of(props, "cidrBlocks", "ipv6CidrBlocks") : [];
    case "aws:ec2/securityGroup:SecurityGroup":
    case "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup":
      return items(at(props, "ingress")).flatMap((rule) => of(rule, "cidrBlocks", "ipv6CidrBlocks"));
    default:
      return [];
  }
}

/** No security group lets the world in. */
export const noOpenSecurityGroup: ResourceRule = {
  kind: "resource",
  name: "no-open-security-group",
  description:
    "No security group lets the world in: the load balancer's own group, made by its controller, is the only one.",
  level: "mandatory",
  remediation: "Name a security group or your own networks.",
  judge: (resource) =>
    networksIn(resource)
      .filter(isWorld)
      .map((network) => `lets in ${network}`),
};

const BLOCKS = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];

/** No bucket that everybody may read. */
export const noPublicBucket: ResourceRule = {
  kind: "resource",
  name: "no-public-bucket",
  description: "No S3 bucket is public.",
  level: "mandatory",
  remediation: "Block public access and give out objects through signed addresses or CloudFront.",
  judge: ({ type, props }) => {
    if (type === "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock") {
      return BLOCKS.filter((key) => isOff(at(props, key))).map((key) => `${key} is off`);
    }
    const acl = text(at(props, "acl"));
    return /^aws:s3\/bucket(V2|Acl|AclV2)?:/.test(type) && /^(public-|authenticated-read)/.test(acl)
      ? [`acl ${acl} opens the bucket`]
      : [];
  },
};

/** No database with an address on the Internet. */
export const noPublicDatabase: ResourceRule = {
  kind: "resource",
  name: "no-public-database",
  description: "No database has an address on the Internet.",
  level: "mandatory",
  remediation: "Leave publiclyAccessible out and place it in private subnets.",
  judge: ({ type, props }) =>
    /^aws:(rds|redshift|docdb|neptune|dms)\//.test(type) && isOn(at(props, "publiclyAccessible"))
      ? ["publiclyAccessible is on"]
      : [],
};

/** The API server answers known networks only. */
export const noOpenEndpoint: ResourceRule = {
  kind: "resource",
  name: "no-open-endpoint",
  description: "The API server answers known networks only; security.profile production refuses more.",
  level: "advisory",
  remediation: "Name your own networks in cluster.endpoint.publicCidrs.",
  judge: ({ type, props }) => {
    const inner =
      type === "aws:eks/cluster:Cluster" ? at(props, "vpcConfig") : type === "eks:index:Cluster" ? props : undefined;
    return inner === undefined || at(inner, "endpointPublicAccess") === false
      ? []
      : texts(at(inner, "publicAccessCidrs"))
          .filter(isWorld)
          .map((network) => `the API server answers ${network}`);
  },
};
