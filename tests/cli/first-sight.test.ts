import assert from "node:assert/strict";
import { withFirstSight } from "../../cli/drive/first-sight.ts";
import { firstSightLines } from "../../cli/output/first-sight.ts";
import { readStackFile } from "../../mesh/load/load.ts";
import type { ProgressEvent } from "../../sandbox/contracts.ts";
import type { DriverOptions } from "../../sandbox/driver/commands/index.ts";
import { PROJECT_DIRECTORY } from "../support/stacks.ts";

describe("the first sight of a stack", () => {
  it("shows which service calls which, the pods, the nodes and the cost, from the stack's files", () => {
    const cost = { currency: "USD", total: 428.6, lines: [], asOf: "2026-06", region: "eu-west-1" } as const;
    const text = firstSightLines(readStackFile(PROJECT_DIRECTORY, "dev"), cost, {}).join("\n");
    assert.match(text, /services +5 of ecommerce: product \(v1, v2\), cart, order \(v1, v2\), user, payment/);
    assert.match(
      text,
      /ingress gateway -> product, cart, order, user\n +cart -> product\n +order -> cart, payment, user/,
    );
    assert.match(text, /payment -> api.paymentprocessor.com \(outside of the mesh\)/);
    assert.match(
      text,
      /pods +at most \d+ \(\d+ of the application, \d+ beside it\) with [\d.]+ CPU, [\d.]+ GiB reserved/,
    );
    assert.match(text, /nodes +3 x m6i.large \(system\), 3 x m6i.large \(workload\) in 3 zones of eu-west-1/);
    assert.match(text, /cost +about 429 USD a month in eu-west-1/);
  });

  it("of a cluster that exists costs nothing, and of a region without prices says nothing of cost", () => {
    const local = readStackFile(PROJECT_DIRECTORY, "local");
    const nothing = { currency: "USD", total: 0, lines: [], asOf: "2026-06", region: undefined } as const;
    assert.match(firstSightLines(local, nothing, {}).join("\n"), /cost +none: the cluster is one that exists/);
    assert.doesNotMatch(firstSightLines(local, undefined, {}).join("\n"), /cost/);
  });

  it("comes once, before the first program is built, and not at all where all are there", () => {
    const said: string[] = [];
    const seen: ProgressEvent[] = [];
    const driver: DriverOptions = {
      places: { projectDir: PROJECT_DIRECTORY, sandboxDir: "/nowhere" },
      progress: (event) => {
        // What is about to be made stands above what is being built.
        assert.ok(event.phase !== "toolchain" || said.length > 0);
        seen.push(event);
      },
      signal: new AbortController().signal,
      environment: {},
      faults: [],
    };
    const { progress } = withFirstSight("dev", driver, (line) => said.push(line));
    progress({ phase: "control plane", message: "starting" });
    assert.deepEqual(said, []);
    progress({ phase: "toolchain", message: "building etcd", done: 0, total: 2 });
    const { length } = said;
    assert.match(said.join("\n"), /^dev: what is about to be made/);
    progress({ phase: "toolchain", message: "building kwok", done: 1, total: 2 });
    assert.equal(said.length, length);
    assert.equal(seen.length, 3);
  });
});
