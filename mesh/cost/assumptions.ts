import type { ClusterConfig } from "../aws/schema/cluster.ts";

type ClusterLog = ClusterConfig["logs"][number];

/** AWS counts 730 hours a month. */
export const HOURS_PER_MONTH = 730;

/**
 * Spot prices move with the market. In the catalogue of `prices.ts` the types of this project cost 43 to 54 per cent of
 * on demand in eu-west-1, and less in us-east-1.
 */
export const SPOT_SHARE = 0.5;

/** GB a month through all NAT gateways: image pulls, packages, calls of AWS services without an endpoint. */
export const NAT_GB = 100;

/** GB a month through each interface endpoint. */
export const ENDPOINT_GB = 10;

/** Seconds that Karpenter waits for a message in one request: the longest that SQS allows. */
export const QUEUE_WAIT_SECONDS = 20;

/** Average capacity units of the load balancer: one is 800 new TCP connections a second or 1 GB an hour. */
export const LOAD_BALANCER_UNITS = 1;

/** GB a month that the control plane writes into each log. Nearly all of it is audit. */
export const CONTROL_PLANE_LOG_GB: Readonly<Record<ClusterLog, number>> = {
  audit: 15,
  api: 3,
  authenticator: 1,
  controllerManager: 1,
  scheduler: 1,
};

/** GB of VPC flow logs a month for each node. */
export const FLOW_LOG_GB_PER_NODE = 2;

/** CloudWatch bills the compressed size of what it keeps. */
export const STORED_SHARE_OF_LOGS = 0.15;

/** What the estimate rests on, for people: one sentence each. */
export const ASSUMPTIONS: readonly string[] = [
  `${HOURS_PER_MONTH} hours a month, node pools at their desired size, no nodes by Karpenter`,
  `Spot at ${SPOT_SHARE * 100} % of on demand`,
  `${NAT_GB} GB a month through NAT gateways, ${ENDPOINT_GB} GB through each interface endpoint`,
  `${LOAD_BALANCER_UNITS} load balancer capacity unit on average`,
  `${CONTROL_PLANE_LOG_GB.audit} GB of audit logs a month, ${CONTROL_PLANE_LOG_GB.api} GB of api logs and 1 GB of each other log that is on; ${FLOW_LOG_GB_PER_NODE} GB of flow logs for each node`,
];

/** What is not in it. */
export const NOT_INCLUDED =
  "tax, discounts and commitments, data transfer to the internet and between zones, support plans";
