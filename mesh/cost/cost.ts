import type { StackData } from "../stack/stack.ts";
import { type CostItem, costItems } from "./items.ts";
import { CURRENCY, NoPriceError, PRICES, PRICES_AS_OF } from "./prices.ts";

/** One line of an estimate. */
export interface CostLine extends Omit<CostItem, "exact"> {
  /** USD a month, in whole cents. */
  readonly monthly: number;
}

/** What a stack costs in a month, estimated. */
export interface Cost {
  readonly currency: typeof CURRENCY;
  /** Sum of the lines, to the cent. */
  readonly total: number;
  /** Largest first. */
  readonly lines: readonly CostLine[];
  /** Month of the list prices, e.g. `2026-06`. */
  readonly asOf: string;
  /** Undefined when the stack makes nothing on AWS. */
  readonly region: string | undefined;
}

/**
 * Estimates a month of a stack from its configuration and list prices. Nothing is asked of AWS.
 * @param today ISO date that decides whether the cluster's version is in extended support
 * @throws NoPriceError for a region or an instance type that the list does not have.
 */
export function costOf({ config }: StackData, today: string): Cost {
  if (config.platform.kind !== "eks") {
    return { currency: CURRENCY, total: 0, lines: [], asOf: PRICES_AS_OF, region: undefined };
  }
  const { region, zones } = config.platform;
  const prices = PRICES[region];
  if (prices === undefined) {
    throw new NoPriceError({
      path: "platform.region",
      message: `there are no prices for ${region}`,
      remediation: `known regions: ${Object.keys(PRICES).join(", ")}`,
    });
  }
  const lines = costItems({ config, prices, zones: zones.length, today })
    .map(({ exact, ...line }) => ({ ...line, monthly: cents(exact) / 100 }))
    .sort((left, right) => right.monthly - left.monthly);
  return { currency: CURRENCY, total: sum(lines), lines, asOf: PRICES_AS_OF, region };
}

/** Sum of amounts in whole cents: added as integers, so that it is what a reader gets who adds the lines. */
export function sum(lines: readonly { readonly monthly: number }[]): number {
  return lines.reduce((total, { monthly }) => total + cents(monthly), 0) / 100;
}

/** The difference of two amounts, to the cent. */
export function difference(from: number, to: number): number {
  return (cents(to) - cents(from)) / 100;
}

function cents(amount: number): number {
  return Math.round(amount * 100);
}
