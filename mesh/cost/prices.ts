import type { Problem } from "../stack/errors.ts";
import data from "./prices.json" with { type: "json" };

/**
 * List prices of AWS in USD, without tax, by region: what prices.json holds, and how.
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

/** Families of instance types: every one of `mesh/aws/instance-types.ts`. */
type Family = keyof typeof US_EAST_1;

const US_EAST_1 = data["us-east-1"].xlargeHour;

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

/** The price list has nothing for what a stack uses. */
export class NoPriceError extends Error {
  override readonly name = "NoPriceError";
  constructor(
    /** The key that holds it, and what is known. */
    readonly problem: Problem,
  ) {
    super(`${problem.path}: ${problem.message}`);
  }
}

/** Prices by region. */
export const PRICES: Readonly<Record<string, RegionPrices>> = Object.fromEntries(
  Object.entries(data).map(([region, prices]) => [region, { ...prices, xlargeHour: withEstimates(prices.xlargeHour) }]),
);

/** Price of a size as a multiple of xlarge: the same in all families of this file. */
const SIZES: Readonly<Record<string, number>> = { medium: 0.25, large: 0.5, xlarge: 1, "2xlarge": 2, "4xlarge": 4 };

/** On-demand price of an hour of an instance type, e.g. `m6i.large`; undefined when this file does not have it. */
export function instanceHour(prices: RegionPrices, instanceType: string): number | undefined {
  const [family = "", size = ""] = instanceType.split(".");
  const xlarge = (prices.xlargeHour as Readonly<Record<string, number>>)[family];
  const factor = SIZES[size];
  return xlarge === undefined || factor === undefined ? undefined : xlarge * factor;
}
