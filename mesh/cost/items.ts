import type { StackConfig } from "../stack/config.ts";
import type { KarpenterConfig } from "../aws/schema/karpenter.ts";
import { EKS_VERSIONS } from "../aws/eks-versions.ts";
import { nodesWithinLimits, permittedTypes } from "../aws/karpenter/instances.ts";
import { eastWestUsesLoadBalancer, usesLoadBalancer } from "../features/gateways/load-balancer.ts";
import type { VolumeConfig } from "../features/observability/schema/addon.ts";
import { parseQuantity } from "../kubernetes/quantity.ts";
import { nodePools, POOL_KEYS } from "../stack/node-pools.ts";
import * as assumed from "./assumptions.ts";
import { GLOBAL_PRICES, instanceHour, NoPriceError, type RegionPrices } from "./prices.ts";

/** Parts of the platform that cost money. */
export const COST_COMPONENTS = [
  "control plane",
  "nodes",
  "network",
  "load balancer",
  "observability",
  "logs",
  "encryption",
] as const;

/** Something that AWS bills. */
export interface CostItem {
  readonly component: (typeof COST_COMPONENTS)[number];
  /** What it is: the same text in every stack, so that stacks can be compared. */
  readonly item: string;
  /** How much of it, e.g. `3 x m6i.xlarge`. */
  readonly quantity: string;
  /** USD a month, not rounded. */
  readonly exact: number;
}

/** What the items follow from. */
export interface CostInput {
  readonly config: StackConfig;
  readonly prices: RegionPrices;
  /** Number of availability zones. */
  readonly zones: number;
  /** ISO date. */
  readonly today: string;
}

/**
 * Everything of a stack on AWS that has a price; what costs nothing is left out, but for the nodes that may come.
 * @throws NoPriceError for an instance type without a price.
 */
export function costItems(input: CostInput): CostItem[] {
  return [
    controlPlane(input),
    ...nodes(input),
    ...karpenter(input),
    ...natGateways(input),
    ...endpoints(input),
    ...loadBalancers(input),
    ...addonVolumes(input),
    ...logs(input),
    ...encryptionKey(input),
  ];
}

function costItem(component: CostItem["component"], item: string, quantity: string, exact: number): CostItem {
  return { component, item, quantity, exact };
}

/** EKS takes the price of extended support only from a cluster that stays on a version whose standard support ended. */
function controlPlane({ config: { cluster }, today }: CostInput): CostItem {
  const end = EKS_VERSIONS[cluster.version]?.standardSupportEnd;
  const support = cluster.supportType === "EXTENDED" && end !== undefined && today > end ? "extended" : "standard";
  const quantity = `Kubernetes ${cluster.version}, ${support} support`;
  return costItem("control plane", "EKS cluster", quantity, hours(GLOBAL_PRICES.controlPlaneHour[support]));
}

function nodes({ config, prices }: CostInput): CostItem[] {
  return nodePools(config).flatMap(({ name, pool: { instanceTypes, desired, capacityType, diskSizeGiB } }) => {
    const [instanceType = ""] = instanceTypes;
    const hour = instanceHour(prices, instanceType);
    if (hour === undefined) {
      const path = `cluster.${POOL_KEYS[name]}.instanceTypes[0]`;
      throw new NoPriceError({ path, message: `there is no price for ${instanceType}` });
    }
    const [kind, share] = capacityType === "SPOT" ? ["Spot", assumed.SPOT_SHARE] : ["on demand", 1];
    const month = desired * hours(hour * share);
    const volumes = desired * diskSizeGiB * prices.gp3GbMonth;
    return [
      costItem("nodes", `${name} pool`, `${desired} x ${instanceType}, ${kind}`, month),
      costItem("nodes", `${name} pool volumes`, `${desired} x ${diskSizeGiB} GiB gp3`, volumes),
    ];
  });
}

/**
 * What Karpenter adds: its nodes come and go with the load, so none is counted, and the line tells where its limits end. The queue is
 * asked without a pause, each time for as long as SQS waits.
 */
function karpenter({ config, prices }: CostInput): CostItem[] {
  const { karpenter: settings } = config.cluster;
  if (!settings.enabled) {
    return [];
  }
  const { cpu, memoryGiB } = settings.limits;
  const limits = `none counted; at the limits of ${cpu} vCPU and ${memoryGiB} GiB up to ${atLimits(settings, prices)} USD`;
  const millions = (assumed.HOURS_PER_MONTH * 3600) / assumed.QUEUE_WAIT_SECONDS / 1e6;
  const requests = `${millions.toFixed(2)} million requests, beside the account's first million`;
  return [
    costItem("nodes", "Karpenter nodes", limits, 0),
    costItem("nodes", "Karpenter queue", requests, millions * GLOBAL_PRICES.queueMillionRequests),
  ];
}

/** The dearest month that the limits allow: all of one type, on demand, with its volumes. */
function atLimits(settings: KarpenterConfig, prices: RegionPrices): string {
  const months = permittedTypes(settings).map(([name, type]) => {
    const node = hours(instanceHour(prices, name) ?? 0) + settings.diskSizeGiB * prices.gp3GbMonth;
    return nodesWithinLimits(settings, type) * node;
  });
  return Math.ceil(Math.max(0, ...months)).toLocaleString("en-US");
}

function natGateways({ config: { network }, prices, zones }: CostInput): CostItem[] {
  const count = { none: 0, single: 1, perZone: zones }[network.nat];
  if (count === 0 || network.existing !== undefined) {
    return [];
  }
  const gateways = count * hours(prices.natGatewayHour + GLOBAL_PRICES.publicIpv4Hour);
  return [
    costItem("network", "NAT gateways", `${count}, each with a public address`, gateways),
    costItem("network", "NAT data", `${assumed.NAT_GB} GB`, assumed.NAT_GB * prices.natGatewayGb),
  ];
}

function endpoints({ config: { network }, prices, zones }: CostInput): CostItem[] {
  const count = network.endpoints.interface.length;
  if (count === 0 || network.existing !== undefined) {
    return [];
  }
  const each = zones * hours(prices.endpointHour) + assumed.ENDPOINT_GB * prices.endpointGb;
  const quantity = `${count} in ${zones} zones, ${assumed.ENDPOINT_GB} GB each`;
  return [costItem("network", "interface endpoints", quantity, count * each)];
}

function loadBalancers({ config, prices, zones }: CostInput): CostItem[] {
  const schemes = [
    ...(usesLoadBalancer(config) ? [config.traffic.loadBalancer.scheme] : []),
    ...(eastWestUsesLoadBalancer(config) ? [config.mesh.multiCluster.eastWestGateway.scheme] : []),
  ];
  if (schemes.length === 0) {
    return [];
  }
  const [name, each] = schemes.length === 1 ? ["network load balancer", ""] : ["network load balancers", " each"];
  const units = assumed.LOAD_BALANCER_UNITS;
  const month = schemes.length * hours(prices.loadBalancerHour + units * prices.loadBalancerUnitHour);
  const open = schemes.filter((scheme) => scheme === "internet-facing").length;
  const where = open === 1 ? `${zones}, one in each zone` : `${open * zones}, ${open} in each zone`;
  const addresses = open * zones * hours(GLOBAL_PRICES.publicIpv4Hour);
  return [
    costItem("load balancer", name, `${schemes.length}, ${units} capacity unit${each}`, month),
    ...(open > 0 ? [costItem("load balancer", "public addresses", where, addresses)] : []),
  ];
}

/** Volumes that metrics and traces are kept on: one a pod. */
function addonVolumes({ config, prices }: CostInput): CostItem[] {
  const { prometheus, jaeger } = config.observability;
  const volumes = (addon: string, { size }: VolumeConfig, pods: number) => {
    const gib = parseQuantity(size) / 2 ** 30;
    return costItem("observability", `${addon} volumes`, `${pods} x ${gib} GiB gp3`, pods * gib * prices.gp3GbMonth);
  };
  const pods = prometheus.kind === "operator" ? prometheus.replicas : 1;
  return [
    ...(prometheus.enabled && prometheus.volume.enabled ? [volumes("Prometheus", prometheus.volume, pods)] : []),
    ...(jaeger.enabled && jaeger.volume.enabled ? [volumes("Jaeger", jaeger.volume, 1)] : []),
  ];
}

function logs({ config: { cluster, network }, prices }: CostInput): CostItem[] {
  const { flowLogs, existing } = network;
  const controlPlaneGb = cluster.logs.reduce((gb, log) => gb + assumed.CONTROL_PLANE_LOG_GB[log], 0);
  const nodeCount = cluster.systemPool.desired + cluster.workloadPool.desired;
  const flowGb = flowLogs.enabled && existing === undefined ? nodeCount * assumed.FLOW_LOG_GB_PER_NODE : 0;
  return [
    ...logGroup("control plane logs", controlPlaneGb, cluster.logRetentionDays, prices),
    ...logGroup("VPC flow logs", flowGb, flowLogs.retentionDays, prices),
  ];
}

function logGroup(item: string, gb: number, days: number, prices: RegionPrices): CostItem[] {
  const storedGb = gb * (days / 30) * assumed.STORED_SHARE_OF_LOGS;
  const exact = gb * prices.logsIngestedGb + storedGb * prices.logsStoredGbMonth;
  return gb === 0 ? [] : [costItem("logs", item, `${gb} GB, kept ${days} days`, exact)];
}

function encryptionKey({ config }: CostInput): CostItem[] {
  const isOurs = config.cluster.encryptionKeyArn === undefined;
  return isOurs ? [costItem("encryption", "KMS key", "1", GLOBAL_PRICES.kmsKeyMonth)] : [];
}

function hours(price: number): number {
  return price * assumed.HOURS_PER_MONTH;
}
