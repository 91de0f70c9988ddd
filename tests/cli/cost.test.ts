import assert from "node:assert/strict";
import { comparisonJson, comparisonLines, costJson, costLines } from "../../cli/output/cost.ts";
import { readStackFile } from "../../mesh/load/load.ts";
import { costOf } from "../../mesh/cost/cost.ts";
import { stackData } from "../support/stack-data.ts";
import { PROJECT_DIRECTORY } from "../support/stacks.ts";
import type { StackCost } from "../../cli/stack/cost-of-stack.ts";

const TODAY = "2026-11-21";

function stackCost(stack: string, desired: number): StackCost {
  const pool = { min: 1, desired, max: 12, instanceTypes: ["m6i.large"] };
  return { stack, cost: costOf(stackData({ cluster: { workloadPool: pool } }), TODAY) };
}

const small = stackCost("small", 3);
const big = stackCost("big", 6);
const local: StackCost = { stack: "local", cost: costOf(readStackFile(PROJECT_DIRECTORY, "local"), TODAY) };

describe("the cost of a stack, as the command prints it", () => {
  it("is a table by component that says it is an estimate, of when, where and on what it rests", () => {
    const text = costLines(small, {}).join("\n");
    assert.match(text, /^small in eu-west-1: about [\d,]+\.\d\d USD a month$/m);
    assert.match(text, /^nodes +[\d,]+\.\d\d$/m);
    assert.match(text, /^ {2}workload pool +234\.33 {2}3 x m6i\.large, on demand$/m);
    assert.match(text, /^total +[\d,]+\.\d\d$/m);
    assert.match(text, /^Largest: .*\(\d+ %\)\.$/m);
    assert.match(text, /estimate from list prices of \d{4}-\d\d/);
    assert.match(text, /^Assumed: 730 hours a month.*100 GB/m);
    assert.match(text, /^Not in it: tax/m);
  });

  it("shows two stacks side by side with the difference of every line", () => {
    const text = comparisonLines(small, big, {}).join("\n");
    assert.match(text, /^ +small +big +difference$/m);
    assert.match(text, /^ {2}workload pool +234\.33 +468\.66 +\+234\.33$/m);
    assert.match(text, /^ {2}EKS cluster +73\.00 +73\.00 +0\.00$/m);
    assert.match(comparisonLines(big, small, {}).join("\n"), /^ {2}workload pool +468\.66 +234\.33 +-234\.33$/m);
  });

  it("of a stack without AWS is said in a sentence, alone and beside another", () => {
    assert.match(costLines(local, {}).join("\n"), /^local: makes nothing on AWS/);
    const text = comparisonLines(local, small, {}).join("\n");
    assert.match(text, /^local: makes nothing on AWS/m);
    assert.match(text, /^ {2}EKS cluster +0\.00 +73\.00 +\+73\.00$/m);
  });

  it("has the published JSON shape", () => {
    const json = costJson(small.cost);
    assert.deepEqual(Object.keys(json), ["currency", "total", "lines", "asOf", "region"]);
    assert.deepEqual(Object.keys(json.lines[0] ?? {}), ["component", "item", "monthly"]);
    assert.equal(json.currency, "USD");
    assert.deepEqual(costJson(local.cost), { ...json, total: 0, lines: [], region: null });
    const { stacks, difference } = comparisonJson(small, big);
    assert.deepEqual(
      stacks.map(({ stack, total }) => ({ stack, total })),
      [small, big].map(({ stack, cost }) => ({ stack, total: cost.total })),
    );
    assert.equal(Math.round(difference * 100), Math.round((big.cost.total - small.cost.total) * 100));
  });
});
