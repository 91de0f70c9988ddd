import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { parse } from "yaml";
import { measure } from "../../cli/canary/prometheus.ts";
import { rollOut, type RolloutWorld } from "../../cli/canary/rollout.ts";
import { withCanary } from "../../cli/canary/settings-file.ts";
import { analysis as analysisSchema, canary as canarySchema } from "../../mesh/features/canary/schema/canary.ts";
import { nextShare, stepOf } from "../../mesh/features/canary/steps.ts";
import type { Measurement } from "../../mesh/features/canary/verdict.ts";
import { canaryWeight } from "../../mesh/features/canary/split.ts";

const FILE = `# production
config:
  ecommerce-mesh:platform: { kind: eks }
  ecommerce-mesh:services:
    cart: { replicas: { min: 3, max: 8 } } # busy
    product:
      # the new search
      canary: { version: v2, phase: 2 } # since Monday
  ecommerce-mesh:tags:
      odd:   spacing
`;
const PRODUCT = { service: "product", current: "phase", catalogFile: "catalogs/shop.yaml" } as const;

describe("a canary's share in the stack's file", () => {
  it("changes one number and nothing else", () => {
    assert.equal(withCanary(FILE, PRODUCT, { key: "phase", value: 3 }), FILE.replace("phase: 2", "phase: 3"));
  });

  it("takes the place of the phase when it is a weight", () => {
    const after = withCanary(FILE, PRODUCT, { key: "weight", value: 33 });
    assert.match(after, /canary: \{ version: v2, weight: 33 \} # since Monday/);
    assert.match(after, /# the new search/);
    assert.match(after, /\} # busy/);
  });

  it("is added where the stack says nothing of the canary yet, with comments and order kept", () => {
    const after = withCanary(FILE, { ...PRODUCT, service: "cart" }, { key: "phase", value: 1 });
    const { config } = parse(after) as { config: Record<string, Record<string, unknown>> };
    assert.deepEqual(config["ecommerce-mesh:services"]?.["cart"], {
      replicas: { min: 3, max: 8 },
      canary: { phase: 1 },
    });
    assert.deepEqual(Object.keys(config), Object.keys((parse(FILE) as { config: object }).config));
    const bare = withCanary("config:\n  ecommerce-mesh:platform: { kind: eks } # x\n", PRODUCT, {
      key: "phase",
      value: 1,
    });
    assert.deepEqual((parse(bare) as { config: Record<string, unknown> }).config["ecommerce-mesh:services"], {
      product: { canary: { phase: 1 } },
    });
    assert.match(bare, /# x/);
  });

  it("is refused as a weight where the catalog says a phase: a stack cannot take that away", () => {
    assert.throws(
      () => withCanary("config: {}\n", PRODUCT, { key: "weight", value: 33 }),
      /catalogs\/shop.yaml says the phase of product/,
    );
  });
});

describe("Prometheus", () => {
  let server: Server;
  let url: string;
  let asked: { query: string; authorization: string | undefined }[];
  let answer: (query: string) => { status: number; body: string };

  beforeEach(async () => {
    asked = [];
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        const query = new URLSearchParams(body).get("query") ?? "";
        asked.push({ query, authorization: request.headers.authorization });
        const { status, body: text } = answer(query);
        response.writeHead(status, { "content-type": "application/json" }).end(text);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const queries = { requests: "a", successRate: "b", p99Milliseconds: "c" };
  const vector = (...values: string[]) =>
    JSON.stringify({
      status: "success",
      data: { resultType: "vector", result: values.map((value) => ({ metric: {}, value: [1, value] })) },
    });

  it("is asked for an instant, and NaN and an empty vector are no numbers", async () => {
    answer = (query) => ({
      status: 200,
      body: query === "a" ? vector("120.5") : query === "b" ? vector("NaN") : vector(),
    });
    const measured = await measure({ url: `${url}/`, token: "t" }, queries);
    assert.deepEqual(measured, { requests: 120.5, successRate: undefined, p99Milliseconds: undefined });
    assert.deepEqual(
      asked.map(({ authorization }) => authorization),
      ["Bearer t", "Bearer t", "Bearer t"],
    );
  });

  it("is in error when it says so, or does not speak its API", async () => {
    answer = () => ({ status: 400, body: JSON.stringify({ status: "error", error: "parse error" }) });
    await assert.rejects(measure({ url }, queries), /answers 400: parse error/);
    answer = () => ({ status: 200, body: "<html>log in</html>" });
    await assert.rejects(measure({ url }, queries), /not in the shape of its API/);
  });
});

describe("a rollout by analysis", () => {
  const analysis = analysisSchema.parse({ maximumWindows: 3 });
  const good: Measurement = { requests: 1000, successRate: 100, p99Milliseconds: 10 };

  /** A stack in memory: what its file says, what it follows, and what happened. */
  function world(phase: number, measured: (percent: number) => Measurement | Error, unfinished?: string) {
    let spec = canarySchema.parse({ version: "v2", phase, phases: [10, 50, 100] });
    const applied: number[] = [];
    const reasons: string[] = [];
    let slept = 0;
    const made: RolloutWorld = {
      percent: () => canaryWeight(spec),
      hasNext: () => nextShare(spec) !== undefined,
      write: (action, why) => {
        const step = stepOf(spec, action);
        assert.ok(step.kind === "change");
        spec = { ...spec, [step.to.key]: step.to.value };
        reasons.push(...(why === undefined ? [] : [why]));
      },
      apply: () => Promise.resolve(void applied.push(canaryWeight(spec))),
      measure: () => {
        const result = measured(canaryWeight(spec));
        return result instanceof Error ? Promise.reject(result) : Promise.resolve(result);
      },
      sleep: () => Promise.resolve(void (slept += 1)),
      say: () => undefined,
      unfinishedRollback: unfinished,
    };
    return { made, applied, reasons, windows: () => slept };
  }

  it("goes through all phases, with a look at each, also at the last", async () => {
    const { made, applied, windows } = world(0, () => good);
    assert.deepEqual((await rollOut(made, analysis, true)).kind, "complete");
    assert.deepEqual(applied, [0, 10, 50, 100]);
    assert.equal(windows(), 3);
  });

  it("goes one phase when asked for one, after one look", async () => {
    const { made, applied, windows } = world(1, () => good);
    assert.deepEqual(await rollOut(made, analysis, false), {
      kind: "advanced",
      percent: 50,
      why: "the canary keeps to its thresholds",
    });
    assert.deepEqual(applied, [50]);
    assert.equal(windows(), 1);
  });

  it("rolls back and applies that, as soon as a threshold fails, and says where and why", async () => {
    const { made, applied, reasons } = world(0, (percent) => (percent === 50 ? { ...good, successRate: 90 } : good));
    const end = await rollOut(made, analysis, true);
    assert.deepEqual([end.kind, end.percent], ["rolledBack", 0]);
    assert.match(end.why, /^at 50 %: success rate 90.00 %/);
    assert.deepEqual(applied, [0, 10, 50, 0]);
    assert.deepEqual(reasons, [end.why]);
  });

  it("rolls back a last phase that fails", async () => {
    const { made, applied } = world(2, (percent) => (percent === 100 ? { ...good, p99Milliseconds: 9999 } : good));
    assert.equal((await rollOut(made, analysis, true)).kind, "rolledBack");
    assert.deepEqual(applied, [50, 100, 0]);
  });

  it("waits while nothing can be said, and rolls back when that does not end", async () => {
    let away = 2;
    const late = world(1, () => (away-- > 0 ? new Error("connection refused") : good));
    assert.equal((await rollOut(late.made, analysis, false)).kind, "advanced");
    assert.equal(late.windows(), 3);
    const never = world(1, () => ({ ...good, requests: 0 }));
    const end = await rollOut(never.made, analysis, true);
    assert.equal(end.kind, "rolledBack");
    assert.match(end.why, /nothing can be said after 3 windows/);
  });

  it("goes on where an interrupted run was: applies the phase of the file first", async () => {
    const { made, applied } = world(2, () => good);
    await rollOut(made, analysis, true);
    assert.deepEqual(applied, [50, 100]);
  });

  it("finishes a rollback that an interrupted run had decided, instead of starting again", async () => {
    const { made, applied } = world(0, () => good, "at 50 %: bad");
    assert.deepEqual(await rollOut(made, analysis, true), { kind: "rolledBack", percent: 0, why: "at 50 %: bad" });
    assert.deepEqual(applied, [0]);
  });
});
