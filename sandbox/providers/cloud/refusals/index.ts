import { Refusal } from "../../protocol/index.ts";
import type { CloudObject, CloudStore } from "../store.ts";
import type { Properties } from "../types.ts";
import * as cluster from "./cluster.ts";
import * as endpoints from "./endpoints.ts";
import * as events from "./events.ts";
import * as iam from "./iam.ts";
import * as network from "./network.ts";
import * as nodeGroup from "./node-group.ts";
import type { CreateRule, DeleteRule } from "./rule.ts";

const INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const EGRESS_RULE = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";

const CREATE_RULES: Readonly<Record<string, readonly CreateRule[]>> = {
  "aws:ec2/vpc:Vpc": [network.cidrSize],
  "aws:ec2/subnet:Subnet": [network.cidrSize, network.subnetInsideVpc, network.subnetsApart],
  "aws:ec2/natGateway:NatGateway": [network.addressFree],
  "aws:ec2/vpcEndpoint:VpcEndpoint": [
    endpoints.endpointSubnetsInZones,
    endpoints.endpointRouteTables,
    endpoints.endpointNames,
  ],
  "aws:ec2/flowLog:FlowLog": [endpoints.flowLogDestination],
  [INGRESS_RULE]: [endpoints.ruleOnce(INGRESS_RULE)],
  [EGRESS_RULE]: [endpoints.ruleOnce(EGRESS_RULE)],
  "aws:eks/cluster:Cluster": [cluster.clusterInTwoZones, cluster.clusterRole],
  "aws:eks/nodeGroup:NodeGroup": [
    cluster.clusterExists,
    cluster.nodeGroupSubnets,
    cluster.nodeGroupSizes,
    nodeGroup.nodeGroupTemplate,
    nodeGroup.nodeVersionNotAhead,
    cluster.nodeRolePolicies,
  ],
  "aws:cloudwatch/logGroup:LogGroup": [nodeGroup.logGroupFree],
  "aws:eks/addon:Addon": [cluster.clusterExists, cluster.addonVersionKnown],
  "aws:eks/accessEntry:AccessEntry": [cluster.clusterExists, nodeGroup.accessEntryOnce],
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": [cluster.clusterExists, nodeGroup.podIdentityOnce],
  "aws:cloudwatch/eventTarget:EventTarget": [events.eventRuleExists],
  "aws:sqs/queue:Queue": [events.queueNameFree],
  "aws:sqs/queuePolicy:QueuePolicy": [events.queueExists],
  "aws:iam/instanceProfile:InstanceProfile": [iam.roleExists],
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": [iam.roleExists],
  "aws:iam/rolePolicy:RolePolicy": [iam.roleExists],
};

/** Rules that also hold when an object is changed in place. */
const UPDATE_RULES: Readonly<Record<string, readonly CreateRule[]>> = {
  "aws:eks/cluster:Cluster": [nodeGroup.clusterVersionStep],
  "aws:eks/nodeGroup:NodeGroup": [cluster.nodeGroupSizes, nodeGroup.nodeVersionNotAhead],
  "aws:eks/addon:Addon": [cluster.addonVersionKnown],
};

const DELETE_RULES: Readonly<Record<string, readonly DeleteRule[]>> = {
  "aws:ec2/vpc:Vpc": [network.vpcEmpty],
  "aws:ec2/subnet:Subnet": [network.subnetEmpty],
  "aws:ec2/securityGroup:SecurityGroup": [network.groupUnused],
  "aws:ec2/eip:Eip": [network.addressUnused],
  "aws:ec2/internetGateway:InternetGateway": [network.gatewayUnmapped],
  "aws:ec2/routeTable:RouteTable": [network.routeTableUnused],
  "aws:eks/cluster:Cluster": [cluster.clusterWithoutNodeGroups, cluster.clusterUnprotected],
  "aws:iam/role:Role": [iam.roleWithoutPolicies],
  "aws:cloudwatch/eventRule:EventRule": [events.eventRuleWithoutTargets],
};

/** @throws Refusal with AWS's words when AWS would not make this resource. */
export function refuseCreate(store: CloudStore, type: string, inputs: Properties): void {
  first(
    [...(CREATE_RULES[type] ?? []), network.knownNetwork].map((rule) => () => rule(store, inputs)),
    `creating ${type}`,
  );
}

/** @throws Refusal when AWS would not change this resource so. */
export function refuseUpdate(store: CloudStore, type: string, inputs: Properties): void {
  first(
    [...(UPDATE_RULES[type] ?? []), network.knownNetwork].map((rule) => () => rule(store, inputs)),
    `updating ${type}`,
  );
}

/** @throws Refusal when AWS would not delete this object now. */
export function refuseDelete(store: CloudStore, object: CloudObject): void {
  first(
    (DELETE_RULES[object.type] ?? []).map((rule) => () => rule(store, object)),
    `deleting ${object.type} (${object.id})`,
  );
}

function first(rules: readonly (() => string | undefined)[], what: string): void {
  for (const rule of rules) {
    const reason = rule();
    if (reason !== undefined) {
      throw new Refusal(`${what}: ${reason}`);
    }
  }
}
