/**
 * List prices of AWS in USD, without tax, by region: pure data.
 *
 * Sources, as of the date below:
 * - EC2 on demand, Linux: https://aws.amazon.com/ec2/pricing/on-demand/, compared with a public catalogue that is read
 *   from AWS's price list API. From memory, not compared: m5 and r6i.
 * - EKS: https://aws.amazon.com/eks/pricing/ (0.10 an hour, 0.60 in extended support)
 * - NAT gateway, public IPv4: https://aws.amazon.com/vpc/pricing/ (eu-central-1 from memory)
 * - Logs: https://aws.amazon.com/cloudwatch/pricing/ (the European regions from memory)
 * - From memory: load balancer (https://aws.amazon.com/elasticloadbalancing/pricing/), gp3
 *   (https://aws.amazon.com/ebs/pricing/), interface endpoints (https://aws.amazon.com/privatelink/pricing/) and KMS
 *   (https://aws.amazon.com/kms/pricing/).
 */

/** Month of the prices. */
export const PRICES_AS_OF = "2026-06";

export const CURRENCY = "USD";

/** Instance families of `model/instance-types.ts`. */
type Family = "t3" | "m5" | "m6i" | "m7i" | "m6g" | "m7g" | "c6i" | "c7g" | "r6i";

/** Prices of one region. Hours and months as the names say; GB as AWS bills it. */
export interface RegionPrices {
  /** An hour of an instance of size xlarge, by family. */
  readonly xlargeHour: Readonly<Record<Family, number>>;
  readonly natGatewayHour: number;
  readonly natGatewayGb: number;
  /** A network load balancer, whatever its zones. */
  readonly loadBalancerHour: number;
  /** A capacity unit of a network load balancer. */
  readonly loadBalancerUnitHour: number;
  readonly gp3GbMonth: number;
  /** An interface endpoint in one zone. */
  readonly endpointHour: number;
  readonly endpointGb: number;
  readonly logsIngestedGb: number;
  readonly logsStoredGbMonth: number;
}

/** Prices that are the same in every region of this file. */
export const GLOBAL_PRICES = {
  controlPlaneHour: { standard: 0.1, extended: 0.6 },
  publicIpv4Hour: 0.005,
  kmsKeyMonth: 1,
} as const;

/** Prices by region. */
export const PRICES: Readonly<Record<string, RegionPrices>> = {
  "eu-west-1": {
    xlargeHour: {
      t3: 0.1824,
      m5: 0.214,
      m6i: 0.214,
      m7i: 0.2247,
      m6g: 0.172,
      m7g: 0.1819,
      c6i: 0.1824,
      c7g: 0.155,
      r6i: 0.282,
    },
    natGatewayHour: 0.048,
    natGatewayGb: 0.048,
    loadBalancerHour: 0.0252,
    loadBalancerUnitHour: 0.006,
    gp3GbMonth: 0.088,
    endpointHour: 0.011,
    endpointGb: 0.01,
    logsIngestedGb: 0.57,
    logsStoredGbMonth: 0.03,
  },
  "us-east-1": {
    xlargeHour: {
      t3: 0.1664,
      m5: 0.192,
      m6i: 0.192,
      m7i: 0.2016,
      m6g: 0.154,
      m7g: 0.1632,
      c6i: 0.17,
      c7g: 0.145,
      r6i: 0.252,
    },
    natGatewayHour: 0.045,
    natGatewayGb: 0.045,
    loadBalancerHour: 0.0225,
    loadBalancerUnitHour: 0.006,
    gp3GbMonth: 0.08,
    endpointHour: 0.01,
    endpointGb: 0.01,
    logsIngestedGb: 0.5,
    logsStoredGbMonth: 0.03,
  },
  "eu-central-1": {
    xlargeHour: {
      t3: 0.192,
      m5: 0.23,
      m6i: 0.23,
      m7i: 0.2415,
      m6g: 0.184,
      m7g: 0.1955,
      c6i: 0.194,
      c7g: 0.1649,
      r6i: 0.304,
    },
    natGatewayHour: 0.052,
    natGatewayGb: 0.052,
    loadBalancerHour: 0.027,
    loadBalancerUnitHour: 0.006,
    gp3GbMonth: 0.0952,
    endpointHour: 0.012,
    endpointGb: 0.01,
    logsIngestedGb: 0.63,
    logsStoredGbMonth: 0.0324,
  },
};

/** Price of a size as a multiple of xlarge: the same in all families of this file. */
const SIZES: Readonly<Record<string, number>> = { medium: 0.25, large: 0.5, xlarge: 1, "2xlarge": 2, "4xlarge": 4 };

/** On-demand price of an hour of an instance type, e.g. `m6i.large`; undefined when this file does not have it. */
export function instanceHour(prices: RegionPrices, instanceType: string): number | undefined {
  const [family = "", size = ""] = instanceType.split(".");
  const xlarge = (prices.xlargeHour as Readonly<Record<string, number>>)[family];
  const factor = SIZES[size];
  return xlarge === undefined || factor === undefined ? undefined : xlarge * factor;
}
