import assert from "node:assert/strict";
import fc from "fast-check";
import type { Explanation } from "../explain/types.ts";
import { likelyCounts } from "./binomial.ts";
import { latenciesOf } from "./latency.ts";
import type { Version } from "./names.ts";
import { readBody, type Reply } from "./reply.ts";
import { judge } from "./verdict.ts";

const NAMES = new Map<string, Version>([
  ["product-v1", { service: "product", version: "v1" }],
  ["product-v2", { service: "product", version: "v2" }],
]);

function foretold(part: Partial<Explanation>): Explanation {
  return {
    answers: [],
    failures: [],
    denied: false,
    status: 200,
    location: null,
    timeout: null,
    retries: null,
    delay: null,
    limits: [],
    mirror: [],
    callers: null,
    trace: [],
    ...part,
  };
}

function split(v1: number, v2: number): Explanation["answers"] {
  return [
    { service: "product", version: "v1", probability: v1, pods: [] },
    { service: "product", version: "v2", probability: v2, pods: [] },
  ];
}

function times(count: number, reply: Partial<Reply>): Reply[] {
  return Array.from({ length: count }, () => ({ status: 200, failedCalls: [], latencyMs: 1, ...reply }));
}

/** The same numbers from 0 to 1 in every run: Park and Miller's generator. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

describe("what chance allows", () => {
  it("of many requests is the mean and three standard deviations", () => {
    for (const [n, p] of [
      [1000, 0.2],
      [5000, 0.5],
      [10_000, 0.05],
    ] as const) {
      const { from, to } = likelyCounts(n, p);
      const deviation = Math.sqrt(n * p * (1 - p));
      assert.ok(Math.abs(from - (n * p - 3 * deviation)) < 0.05 * n ** 0.5 + 2, `${n} ${p}: from ${from}`);
      assert.ok(Math.abs(to - (n * p + 3 * deviation)) < 0.05 * n ** 0.5 + 2, `${n} ${p}: to ${to}`);
    }
  });

  it("of one request is both ends, unless nothing is left to chance", () => {
    assert.deepEqual(likelyCounts(1, 0.05), { from: 0, to: 1 });
    assert.deepEqual(likelyCounts(1, 0.0001), { from: 0, to: 0 });
    assert.deepEqual(likelyCounts(1, 1), { from: 1, to: 1 });
    assert.deepEqual(likelyCounts(9, 0), { from: 0, to: 0 });
    assert.deepEqual(likelyCounts(0, 0.5), { from: 0, to: 0 });
  });

  it("always holds the mean, never leaves 0 to n, and mirrors itself", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), fc.double({ min: 0.001, max: 0.999, noNaN: true }), (n, p) => {
        const { from, to } = likelyCounts(n, p);
        const other = likelyCounts(n, 1 - p);
        assert.ok(from >= 0 && to <= n && from <= Math.ceil(n * p) && to >= Math.floor(n * p));
        assert.ok(Math.abs(other.from - (n - to)) <= 1 && Math.abs(other.to - (n - from)) <= 1);
      }),
      { numRuns: 60 },
    );
  });
});

describe("the verdict on what was seen", () => {
  it("accepts a fair split and refuses one that is off", () => {
    const explanation = foretold({ answers: split(0.8, 0.2) });
    const seen = (v1: number, v2: number) =>
      judge([...times(v1, { name: "product-v1" }), ...times(v2, { name: "product-v2" })], explanation, NAMES);
    assert.equal(seen(790, 210).agrees, true);
    assert.equal(seen(1, 0).agrees, true);
    assert.equal(seen(0, 1).agrees, true);
    const off = seen(700, 300);
    assert.equal(off.agrees, false);
    assert.match(off.because.join("\n"), /product v2: seen 300 times of 1000, where chance allows 16\d to 23\d/);
  });

  it("accepts nearly every sample that is drawn as foretold, and refuses nearly every one drawn otherwise", () => {
    const random = randomNumbers(11);
    const verdicts = (weight: number, drawn: number) =>
      Array.from({ length: 100 }, () => {
        const replies = Array.from({ length: 400 }, () => random() < drawn / 100).flatMap((isFirst) =>
          times(1, { name: isFirst ? "product-v1" : "product-v2" }),
        );
        return judge(replies, foretold({ answers: split(weight / 100, 1 - weight / 100) }), NAMES).agrees;
      }).filter(Boolean).length;
    assert.ok(verdicts(80, 80) >= 97);
    assert.ok(verdicts(80, 65) <= 3);
  });

  it("is the same in whatever order replies come", () => {
    const reply = fc.constantFrom(
      ...times(1, { name: "product-v1" }),
      ...times(1, { name: "product-v2", status: 500 }),
      ...times(1, { status: 503 }),
      ...times(1, { status: 429 }),
      ...times(1, { status: null }),
    );
    const explanation = foretold({
      answers: split(0.7, 0.2),
      failures: [{ status: 503, probability: 0.1, because: "fault" }],
      limits: [{ kind: "localRateLimit", object: "", message: "" }],
    });
    fc.assert(
      fc.property(fc.array(reply, { maxLength: 60 }), (replies) => {
        const [one, other] = [replies, [...replies].reverse()].map((list) => judge(list, explanation, NAMES));
        assert.deepEqual(one, other);
        const sum = one?.outcomes.reduce((total, { count }) => total + count, 0);
        assert.equal(sum, replies.length - (one?.limited ?? 0));
      }),
    );
  });

  it("leaves it to a pod which status it gives, but not to the mesh", () => {
    const explanation = foretold({ answers: split(1, 0) });
    assert.equal(judge(times(5, { name: "product-v1", status: 500 }), explanation, NAMES).agrees, true);
    const { agrees, because } = judge(
      [...times(4, { name: "product-v1" }), ...times(1, { status: 503 })],
      explanation,
      NAMES,
    );
    assert.equal(agrees, false);
    assert.match(because.join("\n"), /503: seen 1 times, which explain rules out/);
  });

  it("sees a version that should not answer, and a request that should have been refused", () => {
    const refused = foretold({ status: 403, denied: true, failures: [{ status: 403, probability: 1, because: "" }] });
    assert.equal(judge(times(3, { status: 403 }), refused, NAMES).agrees, true);
    assert.match(judge(times(1, { name: "payment-v1" }), refused, NAMES).because.join(), /answered by payment-v1/);
    const only = foretold({ answers: split(1, 0) });
    assert.match(
      judge(times(1, { name: "product-v2" }), only, NAMES).because.join(),
      /product v2: seen 1 times, which/,
    );
  });

  it("expects redirects to lead where they should, with the query, and closed connections", () => {
    const redirect = foretold({ status: 301, location: "https://shop.example.com/a" });
    assert.equal(
      judge(times(2, { status: 301, location: "https://shop.example.com/a?b=1" }), redirect, NAMES).agrees,
      true,
    );
    assert.match(
      judge(times(1, { status: 301, location: "https://shop.example.com/b" }), redirect, NAMES).because.join(),
      /led to https:\/\/shop.example.com\/b/,
    );
    const closed = foretold({ status: null });
    assert.equal(judge(times(2, { status: null }), closed, NAMES).agrees, true);
    assert.equal(judge(times(1, {}), closed, NAMES).agrees, false);
  });

  it("counts nobody's share in what a named limit took out, and nothing else as limited", () => {
    const limited = foretold({
      answers: split(0.8, 0.2),
      limits: [{ kind: "globalRateLimit", object: "EnvoyFilter", message: "" }],
    });
    const replies = [
      ...times(80, { name: "product-v1" }),
      ...times(20, { name: "product-v2" }),
      ...times(900, { status: 429 }),
    ];
    const { agrees, limited: count } = judge(replies, limited, NAMES);
    assert.deepEqual([agrees, count], [true, 900]);
    assert.equal(judge(replies, foretold({ answers: split(0.8, 0.2) }), NAMES).agrees, false);
    const full = times(1, { status: 503, isOverloaded: true });
    assert.equal(judge(full, limited, NAMES).agrees, false);
  });

  it("does not tell versions apart where answers do not name themselves", () => {
    const explanation = foretold({
      answers: split(0.6, 0.2),
      failures: [{ status: 503, probability: 0.2, because: "fault" }],
    });
    const { agrees, unnamed, outcomes } = judge([...times(80, {}), ...times(20, { status: 503 })], explanation, NAMES);
    assert.deepEqual([agrees, unnamed], [true, 80]);
    assert.deepEqual(
      outcomes.map(({ what, count }) => [what, count]),
      [
        ["answered", 80],
        ["503", 20],
      ],
    );
  });
});

describe("what a body says", () => {
  it("is the name of the container, and which call behind it went wrong first", () => {
    const cart = { name: "cart-v1", code: 500, upstream_calls: { "http://product:8080/": { code: 503, error: "x" } } };
    const body = JSON.stringify({ name: "order-v1", code: 500, upstream_calls: { "http://cart:8080/": cart } });
    assert.deepEqual(readBody(body), {
      name: "order-v1",
      failedCalls: [
        { uri: "http://product:8080/", status: 503 },
        { uri: "http://cart:8080/", status: 500 },
      ],
    });
  });

  it("is nothing where it is not the demo image's", () => {
    for (const body of ["", "RBAC: access denied", "[1]", "null", '{"name": 5}', "{"]) {
      assert.deepEqual(readBody(body), { failedCalls: [] });
    }
  });
});

describe("latencies", () => {
  it("are by nearest rank, and none of nothing", () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    assert.deepEqual(latenciesOf(hundred), { p50: 50, p90: 90, p99: 99, max: 100 });
    assert.deepEqual(latenciesOf([7]), { p50: 7, p90: 7, p99: 7, max: 7 });
    assert.equal(latenciesOf([]), undefined);
  });
});
