import assert from "node:assert/strict";
import { createServer, type IncomingMessage } from "node:http";
import { gunzipSync } from "node:zlib";
import { collectorConfig } from "../../mesh/features/observability/collector.ts";
import { readStackFile } from "../../mesh/load/load.ts";
import { buildCollector, complaintOf, whileCollecting } from "../support/collector/collector.ts";
import { freePorts } from "../support/free-ports.ts";
import { GO_BUILD_MS } from "../support/go-program.ts";
import { stackData } from "../support/stack-data.ts";
import { PROJECT_DIRECTORY } from "../support/stacks.ts";

const EXPORTERS = {
  other: { kind: "otlp", endpoint: "otel.example.com:4317", keySecret: { name: "other", key: "token" } },
  plain: { kind: "otlp", endpoint: "otel.example.com:4317", insecure: true },
  web: {
    kind: "otlphttp",
    endpoint: "https://otel.example.com",
    keyHeader: "x-token",
    keySecret: { name: "w", key: "t" },
  },
};

function configWith(observability: Record<string, unknown>) {
  return collectorConfig(stackData({ observability }).config.observability);
}

describe("the collector's configuration, by a real collector", function () {
  this.timeout(GO_BUILD_MS);
  before(async () => {
    await buildCollector();
  });

  for (const stack of ["dev", "staging", "prod"]) {
    it(`is valid in ${stack}`, async () => {
      const { observability } = readStackFile(PROJECT_DIRECTORY, stack).config;
      assert.equal(await complaintOf(collectorConfig(observability)), undefined);
    });
  }

  it("is valid with exporters of both kinds of OTLP, with and without a key", async () => {
    assert.equal(await complaintOf(configWith({ collector: { exporters: EXPORTERS } })), undefined);
  });

  it("is not when a key is unknown, or a pipeline names what is not there", async () => {
    const config = configWith({ collector: { exporters: EXPORTERS } });
    assert.match(
      (await complaintOf({ ...config, processors: { batch: { tmeout: "1s" } } })) ?? "",
      /invalid keys: tmeout/,
    );
    const unnamed = { ...config, exporters: { "otlp_grpc/nobody": { endpoint: "otel.example.com:4317" } } };
    assert.match((await complaintOf(unnamed)) ?? "", /references exporter/);
  });

  it("hands a trace that came in by OTLP to a backend, with the key from its environment", async () => {
    const backend = await listen();
    const [health = 0, grpc = 0, http = 0, metrics = 0] = await freePorts(4);
    const exporters = { web: { ...EXPORTERS.web, endpoint: `http://127.0.0.1:${backend.port}` } };
    const config = JSON.stringify(configWith({ jaeger: { enabled: false }, collector: { exporters } }))
      .replace(":13133", `:${health}`)
      .replace(":4317", `:${grpc}`)
      .replace(":4318", `:${http}`)
      .replace('"port":8888', `"port":${metrics}`);
    try {
      const request = await whileCollecting(
        JSON.parse(config),
        { MY_POD_IP: "127.0.0.1", APM_KEY_WEB: "from-a-secret" },
        async () => {
          const response = await fetch(`http://127.0.0.1:${http}/v1/traces`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify(TRACE),
          });
          assert.equal(response.status, 200);
          return backend.first;
        },
      );
      assert.equal(request.path, "/v1/traces");
      assert.equal(request.headers["x-token"], "from-a-secret");
      assert.ok(request.body.includes("pay-the-bill"));
    } finally {
      backend.close();
    }
  });
});

const SPAN = {
  traceId: "5b8efff798038103d269b633813fc60c",
  spanId: "eee19b7ec3c1b174",
  name: "pay-the-bill",
  kind: 2,
  startTimeUnixNano: "1790000000000000000",
  endTimeUnixNano: "1790000001000000000",
};
const TRACE = { resourceSpans: [{ resource: {}, scopeSpans: [{ scope: {}, spans: [SPAN] }] }] };

interface Received {
  readonly path: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** A backend on loopback that keeps the first request. */
async function listen(): Promise<{ port: number; first: Promise<Received>; close(): void }> {
  const server = createServer();
  const first = new Promise<Received>((resolve) => {
    server.on("request", (request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        const body = Buffer.concat(parts);
        const zipped = request.headers["content-encoding"] === "gzip";
        resolve({ path: request.url, headers: request.headers, body: zipped ? gunzipSync(body) : body });
        response.end();
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { port: typeof address === "object" && address !== null ? address.port : 0, first, close };
}
