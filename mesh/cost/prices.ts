/**
 * List prices of AWS in USD, without tax, by region: pure data.
 *
 * Sources, as of the date below:
 * - EC2 on demand, Linux, us-east-1: AWS's price list of 2026-07-06, as it lies in Karpenter 1.14.3
 *   (zz_generated.pricing_aws.go). Elsewhere: https://aws.amazon.com/ec2/pricing/on-demand/, compared with a public
 *   catalogue that is read from AWS's price list API, but for m5 and r6i, from memory. Families that a region does not name are
 *   estimated, see {@link withEstimates}.
 * - EKS: https://aws.amazon.com/eks/pricing/ (0.10 an hour, 0.60 in extended support)
 * - NAT gateway, public IPv4: https://aws.amazon.com/vpc/pricing/ (eu-central-1 from memory)
 * - Logs: https://aws.amazon.com/cloudwatch/pricing/ (the European regions from memory)
 * - gp3: https://aws.amazon.com/ebs/pricing/, us-east-1 and eu-west-1 compared with public tables on 2026-11-21
 *   (eu-central-1 from memory)
 * - From memory: load balancer (https://aws.amazon.com/elasticloadbalancing/pricing/), interface endpoints
 *   (https://aws.amazon.com/privatelink/pricing/), KMS (https://aws.amazon.com/kms/pricing/) and SQS
 *   (https://aws.amazon.com/sqs/pricing/).
 */

/** Month of the prices. */
export const PRICES_AS_OF = "2026-06";

export const CURRENCY = "USD";

/** Hour of an xlarge in us-east-1, by family: every family of `mesh/aws/instance-types.ts`. */
const US_EAST_1 = {
  t3: 0.1664,
  t3a: 0.1504,
  t4g: 0.1344,
  m5: 0.192,
  m5a: 0.172,
  m6i: 0.192,
  m6a: 0.1728,
  m7i: 0.2016,
  m7a: 0.23184,
  m8i: 0.21168,
  m6g: 0.154,
  m7g: 0.1632,
  m8g: 0.17952,
  c5: 0.17,
  c6i: 0.17,
  c6a: 0.153,
  c7i: 0.1785,
  c7a: 0.20528,
  c8i: 0.18742,
  c6g: 0.136,
  c7g: 0.145,
  c8g: 0.15952,
  r5: 0.252,
  r6i: 0.252,
  r6a: 0.2268,
  r7i: 0.2646,
  r7a: 0.3043,
  r8i: 0.27784,
  r6g: 0.2016,
  r7g: 0.2142,
  r8g: 0.23564,
} as const;

type Family = keyof typeof US_EAST_1;

/** The family of each kind by which a region is compared with us-east-1. */
const REFERENCE = { t: "t3", m: "m6i", c: "c6i", r: "r6i" } as const;

type KnownPrices = Readonly<
  Partial<Record<Family, number>> & Record<(typeof REFERENCE)[keyof typeof REFERENCE], number>
>;

/**
 * A region's prices by family. What is not known is that of us-east-1, as much dearer as the region's t3, m6i, c6i or r6i is:
 * the families of one kind that are known keep within 1 % of that.
 */
function withEstimates(known: KnownPrices): Record<Family, number> {
  const prices = Object.entries(US_EAST_1).map(([family, price]) => {
    const reference = REFERENCE[family.charAt(0) as keyof typeof REFERENCE];
    return [family, (price * known[reference]) / US_EAST_1[reference]];
  });
  return { ...(Object.fromEntries(prices) as Record<Family, number>), ...known };
}

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
  /** A million requests of a standard queue, beyond the account's first million. */
  queueMillionRequests: 0.4,
} as const;

/** Prices by region. */
export const PRICES: Readonly<Record<string, RegionPrices>> = {
  "eu-west-1": {
    xlargeHour: withEstimates({
      t3: 0.1824,
      m5: 0.214,
      m6i: 0.214,
      m7i: 0.2247,
      m6g: 0.172,
      m7g: 0.1819,
      c6i: 0.1824,
      c7g: 0.155,
      r6i: 0.282,
    }),
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
    xlargeHour: US_EAST_1,
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
    xlargeHour: withEstimates({
      t3: 0.192,
      m5: 0.23,
      m6i: 0.23,
      m7i: 0.2415,
      m6g: 0.184,
      m7g: 0.1955,
      c6i: 0.194,
      c7g: 0.1649,
      r6i: 0.304,
    }),
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
