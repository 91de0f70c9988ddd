import type { StackConfig } from "../stack/config.ts";
import type { KarpenterConfig } from "../aws/schema/karpenter.ts";
import type { NodePoolConfig } from "../aws/schema/node-pool.ts";
import { EKS_VERSIONS } from "../aws/eks-versions.ts";
import { nodesWithinLimits, permittedTypes } from "../aws/karpenter/instances.ts";
import { eastWestUsesLoadBalancer, usesLoadBalancer } from "../features/gateways/load-balancer.ts";
import { nodePools, POOL_KEYS } from "../stack/node-pools.ts";
import { addonVolumes } from "./addon-volumes.ts";
import {
  CONTROL_PLANE_LOG_GB,
  ENDPOINT_GB,
  FLOW_LOG_GB_PER_NODE,
  HOURS_PER_MONTH,
  LOAD_BALANCER_UNITS,
  NAT_GB,
  QUEUE_WAIT_SECONDS,
  SPOT_SHARE,
  STORED_SHARE_OF_LOGS,
} from "./assumptions.ts";
import { NoPriceError } from "./no-price-error.ts";
import { GLOBAL_PRICES, instanceHour, type RegionPrices } from "./prices.ts";
import type { CostItem } from "./cost-item.ts";

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
    ...loadBalancer(input),
    ...addonVolumes(input.config, input.prices),
    ...logs(input),
    ...encryptionKey(input),
  ];
}

function controlPlane({ config, today }: CostInput): CostItem {
  const support = supportOf(config, today);
  return {
    component: "control plane",
    item: "EKS cluster",
    quantity: `Kubernetes ${config.cluster.version}, ${support} support`,
    exact: hours(GLOBAL_PRICES.controlPlaneHour[support]),
  };
}

function nodes({ config, prices }: CostInput): CostItem[] {
  return nodePools(config).flatMap(({ name, pool }) => {
    const [instanceType = ""] = pool.instanceTypes;
    const hour = instanceHour(prices, instanceType);
    if (hour === undefined) {
      const path = `cluster.${POOL_KEYS[name]}.instanceTypes[0]`;
      throw new NoPriceError({ path, message: `there is no price for ${instanceType}` });
    }
    return [
      {
        component: "nodes",
        item: `${name} pool`,
        quantity: `${pool.desired} x ${instanceType}, ${pool.capacityType === "SPOT" ? "Spot" : "on demand"}`,
        exact: pool.desired * hours(hour * (pool.capacityType === "SPOT" ? SPOT_SHARE : 1)),
      },
      volumes(name, pool, prices),
    ] as const;
  });
}

function volumes(name: string, pool: NodePoolConfig, prices: RegionPrices): CostItem {
  return {
    component: "nodes",
    item: `${name} pool volumes`,
    quantity: `${pool.desired} x ${pool.diskSizeGiB} GiB gp3`,
    exact: pool.desired * pool.diskSizeGiB * prices.gp3GbMonth,
  };
}

/**
 * What Karpenter adds: its nodes come and go with the load, so none is counted, and the line says where its limits end. The queue is
 * asked without a pause, each time for as long as SQS waits.
 */
function karpenter({ config, prices }: CostInput): CostItem[] {
  const { karpenter: settings } = config.cluster;
  if (!settings.enabled) {
    return [];
  }
  const millions = (HOURS_PER_MONTH * 3600) / QUEUE_WAIT_SECONDS / 1e6;
  return [
    {
      component: "nodes",
      item: "Karpenter nodes",
      quantity: `none counted; at the limits of ${settings.limits.cpu} vCPU and ${settings.limits.memoryGiB} GiB up to ${atLimits(settings, prices)} USD`,
      exact: 0,
    },
    {
      component: "nodes",
      item: "Karpenter queue",
      quantity: `${millions.toFixed(2)} million requests, beside the account's first million`,
      exact: millions * GLOBAL_PRICES.queueMillionRequests,
    },
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

function natGateways({ config, prices, zones }: CostInput): CostItem[] {
  const count = { none: 0, single: 1, perZone: zones }[config.network.nat];
  if (count === 0 || config.network.existing !== undefined) {
    return [];
  }
  return [
    {
      component: "network",
      item: "NAT gateways",
      quantity: `${count}, each with a public address`,
      exact: count * hours(prices.natGatewayHour + GLOBAL_PRICES.publicIpv4Hour),
    },
    {
      component: "network",
      item: "NAT data",
      quantity: `${NAT_GB} GB`,
      exact: NAT_GB * prices.natGatewayGb,
    },
  ];
}

function endpoints({ config, prices, zones }: CostInput): CostItem[] {
  const count = config.network.endpoints.interface.length;
  if (count === 0 || config.network.existing !== undefined) {
    return [];
  }
  return [
    {
      component: "network",
      item: "interface endpoints",
      quantity: `${count} in ${zones} zones, ${ENDPOINT_GB} GB each`,
      exact: count * (zones * hours(prices.endpointHour) + ENDPOINT_GB * prices.endpointGb),
    },
  ];
}

function loadBalancer({ config, prices, zones }: CostInput): CostItem[] {
  const schemes = [
    ...(usesLoadBalancer(config) ? [config.traffic.loadBalancer.scheme] : []),
    ...(eastWestUsesLoadBalancer(config) ? [config.mesh.multiCluster.eastWestGateway.scheme] : []),
  ];
  if (schemes.length === 0) {
    return [];
  }
  const open = schemes.filter((scheme) => scheme === "internet-facing").length;
  return [
    {
      component: "load balancer",
      item: schemes.length === 1 ? "network load balancer" : "network load balancers",
      quantity: `${schemes.length}, ${LOAD_BALANCER_UNITS} capacity unit${schemes.length === 1 ? "" : " each"}`,
      exact: schemes.length * hours(prices.loadBalancerHour + LOAD_BALANCER_UNITS * prices.loadBalancerUnitHour),
    },
    ...(open > 0
      ? [
          {
            component: "load balancer" as const,
            item: "public addresses",
            quantity: open === 1 ? `${zones}, one in each zone` : `${open * zones}, ${open} in each zone`,
            exact: open * zones * hours(GLOBAL_PRICES.publicIpv4Hour),
          },
        ]
      : []),
  ];
}

function logs({ config, prices }: CostInput): CostItem[] {
  const { flowLogs, existing } = config.network;
  const controlPlaneGb = config.cluster.logs.reduce((gb, log) => gb + CONTROL_PLANE_LOG_GB[log], 0);
  const nodeCount = nodePools(config).reduce((count, { pool }) => count + pool.desired, 0);
  const flowGb = flowLogs.enabled && existing === undefined ? nodeCount * FLOW_LOG_GB_PER_NODE : 0;
  return [
    ...logGroup("control plane logs", controlPlaneGb, config.cluster.logRetentionDays, prices),
    ...logGroup("VPC flow logs", flowGb, flowLogs.retentionDays, prices),
  ];
}

function logGroup(item: string, gb: number, days: number, prices: RegionPrices): CostItem[] {
  const storedGb = gb * (days / 30) * STORED_SHARE_OF_LOGS;
  const exact = gb * prices.logsIngestedGb + storedGb * prices.logsStoredGbMonth;
  return gb === 0 ? [] : [{ component: "logs", item, quantity: `${gb} GB, kept ${days} days`, exact }];
}

function encryptionKey({ config }: CostInput): CostItem[] {
  return config.cluster.encryptionKeyArn === undefined
    ? [{ component: "encryption", item: "KMS key", quantity: "1", exact: GLOBAL_PRICES.kmsKeyMonth }]
    : [];
}

/** EKS takes the price of extended support only from a cluster that stays on a version whose standard support ended. */
function supportOf({ cluster }: StackConfig, today: string): keyof typeof GLOBAL_PRICES.controlPlaneHour {
  const end = EKS_VERSIONS[cluster.version]?.standardSupportEnd;
  return cluster.supportType === "EXTENDED" && end !== undefined && today > end ? "extended" : "standard";
}

function hours(price: number): number {
  return price * HOURS_PER_MONTH;
}
