import type { Cost, CostLine } from "../../mesh/cost/cost.ts";
import { difference, sum } from "../../mesh/cost/cost.ts";
import { ASSUMPTIONS, NOT_INCLUDED } from "../../mesh/cost/assumptions.ts";
import { styleFor } from "./style.ts";
import { COST_COMPONENTS } from "../../mesh/cost/items.ts";
import type { StackCost } from "../stack/cost-of-stack.ts";

/** The estimate of one stack, as `mesh cost STACK --json` prints it. Amounts are USD a month. */
export interface CostJson {
  readonly currency: string;
  readonly total: number;
  /** Largest first. */
  readonly lines: readonly { readonly component: string; readonly item: string; readonly monthly: number }[];
  /** Month of the list prices, e.g. `2026-06`. */
  readonly asOf: string;
  /** Null when the stack makes nothing on AWS. */
  readonly region: string | null;
}

/** Two stacks, as `mesh cost STACK OTHER --json` prints them. */
export interface CostComparisonJson {
  /** In the order of the command line. */
  readonly stacks: readonly (CostJson & { readonly stack: string })[];
  /** The second total less the first. */
  readonly difference: number;
}

/** Lines that the sentence below the table names. */
const LARGEST = 3;
const NAME_WIDTH = 30;
const AMOUNT_WIDTH = 12;

type Stream = Parameters<typeof styleFor>[0];

/** The JSON of one estimate. */
export function costJson({ currency, total, lines, asOf, region }: Cost): CostJson {
  return {
    currency,
    total,
    lines: lines.map(({ component, item, monthly }) => ({ component, item, monthly })),
    asOf,
    region: region ?? null,
  };
}

/** The JSON of two estimates. */
export function comparisonJson(first: StackCost, second: StackCost): CostComparisonJson {
  return {
    stacks: [first, second].map(({ stack, cost }) => ({ stack, ...costJson(cost) })),
    difference: difference(first.cost.total, second.cost.total),
  };
}

/** One estimate as a table by component, with the largest lines and what the estimate rests on. */
export function costLines({ stack, cost }: StackCost, stream: Stream): string[] {
  if (cost.region === undefined) {
    return [nothingMade(stack)];
  }
  const { bold, dim } = styleFor(stream);
  const table = componentsOf([cost]).flatMap((component) => {
    const lines = cost.lines.filter((line) => line.component === component);
    return [
      bold(row(component, [sum(lines)])),
      ...lines.map((line) => `${row(`  ${line.item}`, [line.monthly])}  ${dim(line.quantity)}`),
    ];
  });
  return [
    bold(`${stack} in ${cost.region}: about ${money(cost.total)} ${cost.currency} a month`),
    "",
    ...table,
    bold(row("total", [cost.total])),
    "",
    largest(cost),
    ...basis([cost]).map(dim),
  ];
}

/** Two estimates side by side: each component and item with its amounts and the difference. */
export function comparisonLines(first: StackCost, second: StackCost, stream: Stream): string[] {
  const { bold, dim } = styleFor(stream);
  const costs = [first.cost, second.cost] as const;
  const head = `${"".padEnd(NAME_WIDTH)}${[first.stack, second.stack, "difference"].map(right).join("")}`;
  const table = componentsOf(costs).flatMap((component) => {
    const [left, other] = costs.map(({ lines }) => lines.filter((line) => line.component === component));
    return [
      bold(compared(component, sum(left ?? []), sum(other ?? []))),
      ...itemsOf([...(left ?? []), ...(other ?? [])]).map((item) =>
        compared(`  ${item}`, sum(named(left ?? [], item)), sum(named(other ?? [], item))),
      ),
    ];
  });
  return [
    bold(head),
    ...table,
    bold(compared("total", first.cost.total, second.cost.total)),
    "",
    ...[first, second].map(({ stack, cost }) =>
      cost.region === undefined ? nothingMade(stack) : `${stack} in ${cost.region}. ${largest(cost)}`,
    ),
    ...basis(costs).map(dim),
  ];
}

function nothingMade(stack: string): string {
  return `${stack}: makes nothing on AWS, so it costs nothing there (platform.kind: kubeconfig)`;
}

function largest({ lines, total }: Cost): string {
  const parts = lines
    .slice(0, LARGEST)
    .map(({ component, item, monthly }) => `${component}: ${item} ${money(monthly)} (${percentOf(monthly, total)} %)`);
  return `Largest: ${parts.join(", ")}.`;
}

function basis(costs: readonly Cost[]): string[] {
  const [cost] = costs.filter(({ region }) => region !== undefined);
  if (cost === undefined) {
    return [];
  }
  return [
    `An estimate from list prices of ${cost.asOf} in ${cost.currency}; your bill depends on what you use.`,
    `Assumed: ${ASSUMPTIONS.join("; ")}.`,
    `Not in it: ${NOT_INCLUDED}.`,
  ];
}

/** Components that any of the estimates has, dearest first; at the same amount in the order of the platform. */
function componentsOf(costs: readonly Cost[]): CostLine["component"][] {
  const lines = costs.flatMap((cost) => cost.lines);
  const amount = (component: string): number => sum(lines.filter((line) => line.component === component));
  return COST_COMPONENTS.filter((component) => lines.some((line) => line.component === component)).sort(
    (left, other) => amount(other) - amount(left),
  );
}

function itemsOf(lines: readonly CostLine[]): string[] {
  return [...new Set(lines.map(({ item }) => item))];
}

function named(lines: readonly CostLine[], item: string): CostLine[] {
  return lines.filter((line) => line.item === item);
}

function compared(name: string, from: number, to: number): string {
  const change = difference(from, to);
  return `${row(name, [from, to])}${right(change > 0 ? `+${money(change)}` : money(change))}`;
}

function row(name: string, amounts: readonly number[]): string {
  return `${name.padEnd(NAME_WIDTH)}${amounts.map((amount) => right(money(amount))).join("")}`;
}

function right(text: string): string {
  return text.padStart(AMOUNT_WIDTH);
}

function money(amount: number): string {
  return amount.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

function percentOf(part: number, total: number): number {
  return Math.round((part / total) * 100);
}
