import { Refusal } from "../../protocol/index.ts";
import { formatArn } from "../ids.ts";
import { recordOf, recordsOf, textOf, textsOf } from "../properties.ts";
import type { CloudStore } from "../store.ts";
import type { Place, Properties } from "../types.ts";
import { ADDON_VERSIONS, addonVersions } from "./eks-versions.ts";
import { policyDocument } from "./policy-document.ts";

interface Asked extends Place {
  readonly args: Properties;
  readonly store: CloudStore;
}

type CloudFunction = (asked: Asked) => Properties;

/** Zones of every region: three, which is what most regions have at least. */
const ZONE_LETTERS = ["a", "b", "c"] as const;

const LOAD_BALANCER = "aws:lb/loadBalancer:LoadBalancer";

const FUNCTIONS: Readonly<Record<string, CloudFunction>> = {
  "aws:index/getCallerIdentity:getCallerIdentity": ({ account, partition }) => ({
    id: account,
    accountId: account,
    arn: `arn:${partition}:iam::${account}:user/sandbox`,
    userId: "AIDASANDBOXSANDBOXSAN",
  }),
  "aws:index/getRegion:getRegion": ({ region }) => ({
    id: region,
    name: region,
    region,
    description: region,
    endpoint: `ec2.${region}.amazonaws.com`,
  }),
  "aws:index/getPartition:getPartition": ({ partition }) => ({
    id: partition,
    partition,
    dnsSuffix: "amazonaws.com",
    reverseDnsPrefix: "com.amazonaws",
  }),
  "aws:index/getAvailabilityZones:getAvailabilityZones": ({ region, args }) => {
    const names = ZONE_LETTERS.map((letter) => `${region}${letter}`);
    return { ...args, id: region, region, names, zoneIds: names, groupNames: [`${region}-zg-1`] };
  },
  "aws:iam/getPolicyDocument:getPolicyDocument": ({ args }) => policyDocument(args),
  "aws:eks/getAddonVersion:getAddonVersion": addonVersion,
  "aws:eks/getCluster:getCluster": ({ args, store }) => found(store, "aws:eks/cluster:Cluster", textOf(args["name"])),
  "aws:iam/getRole:getRole": ({ args, store }) => found(store, "aws:iam/role:Role", textOf(args["name"])),
  "aws:ec2/getVpc:getVpc": ({ args, store }) => found(store, "aws:ec2/vpc:Vpc", textOf(args["id"])),
  "aws:ec2/getSubnet:getSubnet": ({ args, store }) => found(store, "aws:ec2/subnet:Subnet", textOf(args["id"])),
  "aws:ec2/getSubnets:getSubnets": ({ args, store, region }) => {
    const vpcIds = recordsOf(args["filters"]).filter((filter) => filter["name"] === "vpc-id");
    const wanted = vpcIds.flatMap((filter) => textsOf(filter["values"]));
    const subnets = store
      .list("aws:ec2/subnet:Subnet")
      .filter((subnet) => wanted.length === 0 || wanted.includes(textOf(subnet.inputs["vpcId"])));
    return { ...args, id: region, ids: subnets.map((subnet) => subnet.id) };
  },
  "aws:lb/getLbs:getLbs": ({ args, store, region }) => {
    const wanted = Object.entries(recordOf(args["tags"]));
    const arns = store
      .list(LOAD_BALANCER)
      .filter(({ inputs }) => wanted.every(([key, value]) => recordOf(inputs["tags"])[key] === value))
      .map(({ id }) => id);
    return { ...args, id: region, region, arns };
  },
  "aws:lb/getLoadBalancer:getLoadBalancer": ({ args, store }) => found(store, LOAD_BALANCER, textOf(args["arn"])),
  "aws:iam/getPolicy:getPolicy": (asked) => {
    const { args } = asked;
    const arn = textOf(args["arn"]) || formatArn("iam", `policy/${textOf(args["name"])}`, true, asked);
    return { ...args, id: arn, arn, name: arn.split("/").at(-1) ?? "" };
  },
};

/**
 * The answer of a function of the aws package.
 * @throws Refusal for a function that the fake does not know: a made-up answer would be worse than none.
 */
export function callFunction(token: string, asked: Asked): Properties {
  const answer = FUNCTIONS[token];
  if (answer === undefined) {
    throw new Refusal(`the fake cloud does not know the function ${token}`);
  }
  return answer(asked);
}

function found(store: CloudStore, type: string, id: string): Properties {
  const object = store.get(type, id);
  if (object === undefined) {
    throw new Refusal(`couldn't find resource: ${type} ${id}`);
  }
  return { ...object.outputs, id: object.id };
}

function addonVersion({ args }: Asked): Properties {
  const addonName = textOf(args["addonName"]);
  const kubernetesVersion = textOf(args["kubernetesVersion"]);
  const versions = addonVersions(addonName, kubernetesVersion);
  // Without mostRecent AWS answers with its default, which stays behind the newest.
  const version = args["mostRecent"] === true ? versions?.[0] : versions?.at(-1);
  if (version === undefined) {
    throw new Refusal(
      `empty result for EKS add-on ${addonName} with Kubernetes ${kubernetesVersion}; ` +
        `the fake cloud knows ${Object.keys(ADDON_VERSIONS).join(", ")}`,
    );
  }
  return { ...args, id: addonName, version };
}
