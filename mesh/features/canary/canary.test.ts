import { stackData } from "../../../tests/support/stack-data.ts";
import { dataPlaneOf } from "../data-plane/data-plane-of.ts";
import assert from "node:assert/strict";
import fc from "fast-check";
import { canary as canarySchema } from "./schema/canary.ts";
import { canaryQueries } from "./queries.ts";
import { nextShare, stepOf } from "./steps.ts";
import { verdictOf } from "./verdict.ts";
import { canaryWeight } from "./split.ts";

function canary(values: object) {
  return canarySchema.parse({ version: "v2", ...values });
}

describe("steps of a canary", () => {
  it("go through the phases 10, 25, 50, 75, 100 and then no further", () => {
    const shares: number[] = [];
    let spec = canary({ phase: 0 });
    for (let step = stepOf(spec, { kind: "next" }); step.kind === "change"; step = stepOf(spec, { kind: "next" })) {
      shares.push(step.percent);
      assert.equal(step.to.key, "phase");
      spec = canary({ phase: step.to.value });
    }
    assert.deepEqual(shares, [10, 25, 50, 75, 100]);
    const end = stepOf(spec, { kind: "next" });
    assert.match(end.kind === "refused" ? end.why : "", /already gets 100 %, the last of its phases/);
  });

  it("set a phase where the share is one, else a weight; and keep to weights where there are no phases", () => {
    const to = (spec: object, percent: number) => {
      const step = stepOf(canary(spec), { kind: "set", percent });
      return step.kind === "change" ? `${step.to.key} ${step.to.value}` : step.why;
    };
    assert.deepEqual(to({ phase: 1 }, 25), "phase 2");
    assert.deepEqual(to({ phase: 1 }, 33), "weight 33");
    assert.deepEqual(to({ weight: 20 }, 25), "weight 25");
    assert.match(to({ weight: 20 }, 20), /already gets 20 %/);
    for (const percent of [-1, 101, 2.5]) {
      assert.match(to({ weight: 20 }, percent), /whole per cent from 0 to 100/);
    }
  });

  it("roll back to nothing, from any share", () => {
    assert.deepEqual(stepOf(canary({ phase: 3 }), { kind: "rollback" }), {
      kind: "change",
      to: { key: "phase", value: 0 },
      percent: 0,
    });
    assert.deepEqual(stepOf(canary({ weight: 5 }), { kind: "rollback" }), {
      kind: "change",
      to: { key: "weight", value: 0 },
      percent: 0,
    });
  });

  it("do what they say, for any phases and any share", () => {
    const phases = fc
      .uniqueArray(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 6 })
      .map((shares) => shares.sort((one, other) => one - other));
    fc.assert(
      fc.property(phases, fc.nat({ max: 100 }), fc.nat({ max: 100 }), (shares, start, percent) => {
        const spec = canary({ phases: shares, weight: start });
        const step = stepOf(spec, { kind: "set", percent });
        const after = step.kind === "change" ? canary({ phases: shares, [step.to.key]: step.to.value }) : spec;
        assert.equal(canaryWeight(after), percent);
        const next = nextShare(spec);
        assert.ok(next === undefined || next > start);
      }),
    );
  });
});

describe("verdict on a canary", () => {
  const { analysis } = canary({ phase: 1, analysis: { successRate: 99, p99Milliseconds: 500, minimumRequests: 10 } });

  for (const [measured, kind] of [
    [{ requests: 100, successRate: 99, p99Milliseconds: 500 }, "pass"],
    [{ requests: 100, successRate: 98.9, p99Milliseconds: 100 }, "fail"],
    [{ requests: 100, successRate: 100, p99Milliseconds: 501 }, "fail"],
    [{ requests: 9, successRate: 0, p99Milliseconds: 9999 }, "unknown"],
    [{ requests: undefined, successRate: undefined, p99Milliseconds: undefined }, "unknown"],
    [{ requests: 100, successRate: 100, p99Milliseconds: undefined }, "unknown"],
  ] as const) {
    it(`${kind}: ${JSON.stringify(measured)}`, () => {
      assert.equal(verdictOf(analysis, measured).kind, kind);
    });
  }

  it("asks for the canary's version alone, over the window", () => {
    const queries = canaryQueries(
      { reporter: "destination", service: "product", namespace: "shop", version: "v2" },
      120,
    );
    for (const query of [queries.requests, queries.successRate, queries.p99Milliseconds]) {
      assert.match(query, /destination_service_name="product"/);
      assert.match(query, /destination_version="v2"/);
      assert.match(query, /\[120s\]/);
    }
  });

  it("asks the canary's own sidecars, and in an ambient mesh the waypoint, the only proxy that reads requests there", () => {
    const reporters = (mode: "sidecar" | "ambient") => {
      const reporter = dataPlaneOf(stackData({ mesh: { mode } })).telemetry.callee;
      const queries = canaryQueries({ reporter, service: "product", namespace: "shop", version: "v2" }, 120);
      return Object.values(queries).flatMap((query: string) =>
        [...query.matchAll(/reporter="(\w+)"/g)].map(([, name]) => name),
      );
    };
    assert.deepEqual(reporters("sidecar"), Array<string>(4).fill("destination"));
    assert.deepEqual(reporters("ambient"), Array<string>(4).fill("waypoint"));
  });
});
