import type { LoadBalancerChange } from "../../contracts.ts";
import { digest, formatArn } from "./ids.ts";
import { DEFAULT_REGION, SANDBOX_ACCOUNT } from "./place.ts";
import { recordOf, textOf, textsOf } from "./properties.ts";
import type { CloudObject, CloudStore } from "./store.ts";
import type { Properties } from "./types.ts";

const SUBNET = "aws:ec2/subnet:Subnet";
const LOAD_BALANCER = "aws:lb/loadBalancer:LoadBalancer";
const NETWORK_INTERFACE = "aws:ec2/networkInterface:NetworkInterface";
const SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup";

/** Tags by which the AWS Load Balancer Controller finds subnets. Source: its guide to subnet discovery. */
const ROLE_TAGS = { "internet-facing": "kubernetes.io/role/elb", internal: "kubernetes.io/role/internal-elb" } as const;

/**
 * Records what the AWS Load Balancer Controller makes beside Pulumi: the load balancer, an interface in each of its
 * subnets, and its security group. Subnets and VPC cannot be deleted while it is there. Without an EKS cluster in the
 * cloud nothing is recorded.
 * @throws Error in the controller's words when no subnet is tagged for it, or a named one is not in the cluster's VPC.
 */
export function followLoadBalancer(store: CloudStore, change: LoadBalancerChange): void {
  const urn = `sandbox:load-balancer:${change.namespace}/${change.name}`;
  if (change.kind === "gone") {
    store
      .list()
      .filter((object) => object.urn === urn)
      .forEach(({ type, id }) => store.remove(type, id));
    return;
  }
  const cluster = store.list("aws:eks/cluster:Cluster").at(0);
  const vpcId = cluster === undefined ? undefined : vpcOf(store, cluster);
  if (cluster === undefined || vpcId === undefined || store.list().some((object) => object.urn === urn)) {
    return;
  }
  const subnets =
    change.subnetIds.length > 0 ? named(store, vpcId, change.subnetIds) : discover(store, vpcId, change.scheme);
  objectsOf(change, urn, cluster, vpcId, subnets).forEach((object) => store.put(object));
}

/** The cluster's VPC; undefined when it is not of this cloud: one that exists already. */
function vpcOf(store: CloudStore, cluster: CloudObject): string | undefined {
  const [subnetId = ""] = textsOf(recordOf(cluster.inputs["vpcConfig"])["subnetIds"]);
  const vpcId = textOf(store.get(SUBNET, subnetId)?.inputs["vpcId"]);
  return vpcId === "" ? undefined : vpcId;
}

function named(store: CloudStore, vpcId: string, ids: readonly string[]): readonly CloudObject[] {
  const found = store.list(SUBNET).filter(({ id, inputs }) => ids.includes(id) && inputs["vpcId"] === vpcId);
  if (found.length !== ids.length) {
    throw new Error(`couldn't find all subnets, nameOrIDs: [${ids.join(" ")}], found: ${found.length}`);
  }
  return found;
}

function discover(store: CloudStore, vpcId: string, scheme: LoadBalancerChange["scheme"]): readonly CloudObject[] {
  const tag = ROLE_TAGS[scheme];
  const found = store
    .list(SUBNET)
    .filter(({ inputs }) => inputs["vpcId"] === vpcId && ["1", ""].includes(tagOf(inputs, tag) ?? "missing"));
  if (found.length === 0) {
    throw new Error(
      `couldn't auto-discover subnets: unable to resolve at least one subnet (0 match VPC and tags: [${tag}])`,
    );
  }
  return found;
}

function tagOf(inputs: Properties, key: string): string | undefined {
  const value = { ...recordOf(inputs["tagsAll"]), ...recordOf(inputs["tags"]) }[key];
  return typeof value === "string" ? value : undefined;
}

function objectsOf(
  change: LoadBalancerChange,
  urn: string,
  cluster: CloudObject,
  vpcId: string,
  subnets: readonly CloudObject[],
): readonly CloudObject[] {
  const region = textOf(cluster.outputs["region"]) || DEFAULT_REGION;
  // The controller cuts both names at eight characters.
  const name = `k8s-${change.namespace.slice(0, 8)}-${change.name.slice(0, 8)}-${digest(10, urn)}`;
  const place = { region, account: SANDBOX_ACCOUNT, partition: "aws" };
  const arn = formatArn("elasticloadbalancing", `loadbalancer/net/${name}/${digest(16, urn)}`, false, place);
  const groupId = `sg-0${digest(16, urn, "group")}`;
  const tags = {
    "elbv2.k8s.aws/cluster": textOf(cluster.inputs["name"]),
    "service.k8s.aws/stack": `${change.namespace}/${change.name}`,
  };
  const object = (type: string, id: string, inputs: Properties, outputs: Properties = {}): CloudObject => ({
    type,
    id,
    urn,
    inputs: { ...inputs, vpcId, tags },
    outputs: { ...inputs, vpcId, tags, ...outputs, id },
  });
  return [
    object(SECURITY_GROUP, groupId, { name, description: "[k8s] Managed SecurityGroup for LoadBalancer" }),
    object(
      LOAD_BALANCER,
      arn,
      {
        name,
        loadBalancerType: "network",
        internal: change.scheme === "internal",
        subnets: subnets.map(({ id }) => id),
        securityGroups: [groupId],
      },
      { arn, dnsName: change.hostname },
    ),
    ...subnets.map(({ id }) =>
      object(NETWORK_INTERFACE, `eni-0${digest(16, urn, id)}`, {
        subnetId: id,
        securityGroups: [groupId],
        description: `ELB net/${name}/${digest(16, urn)}`,
      }),
    ),
  ];
}
