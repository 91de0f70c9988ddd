import assert from "node:assert/strict";
import { merge } from "./merge.ts";
import { parse } from "./parse.ts";
import { stackConfig } from "../stack/config.ts";
import type { PlainObject } from "../stack/plain-object.ts";

const EKS = { platform: { kind: "eks", region: "eu-west-1", zones: ["eu-west-1a", "eu-west-1b", "eu-west-1c"] } };

/** What is said of a stack's `observability`: `path: message`. */
function said(observability: PlainObject): string[] {
  return parse(stackConfig, merge(EKS, { observability })).problems.map(({ path, message }) => `${path}: ${message}`);
}

function exporter(settings: PlainObject): PlainObject {
  return { collector: { exporters: { apm: settings } } };
}

/** What needs more than one key to be wrong has its place in mesh/checks.test.ts. */
describe("settings of observability that are refused", () => {
  const refused: readonly [what: string, observability: PlainObject, says: string][] = [
    [
      "an unknown exporter, with what to take instead",
      exporter({ kind: "newrelic", endpoint: "otlp.nr-data.net:4317" }),
      'observability.collector.exporters.apm.kind: expected otlp, otlphttp or datadog (for any other backend: otlphttp, with the address at which it takes OTLP); got "newrelic"',
    ],
    [
      "an exporter without a kind",
      exporter({ endpoint: "otel.example.com:4317" }),
      "observability.collector.exporters.apm.kind: expected otlp, otlphttp or datadog (for any other backend: otlphttp, with the address at which it takes OTLP); got nothing",
    ],
    [
      "an OTLP endpoint without a port, which the collector would not start with",
      exporter({ kind: "otlp", endpoint: "otel.example.com" }),
      'observability.collector.exporters.apm.endpoint: expected host and port such as otel.example.com:4317 (an address with a path is for kind otlphttp); got "otel.example.com"',
    ],
    [
      "more than all requests sampled",
      { tracing: { samplingPercent: 150 } },
      "observability.tracing.samplingPercent: expected a share in per cent, from 0 to 100 (0.1 is one request in a thousand); got 150",
    ],
    [
      "fewer than none",
      { tracing: { samplingPercent: -1 } },
      "observability.tracing.samplingPercent: expected a share in per cent, from 0 to 100 (0.1 is one request in a thousand); got -1",
    ],
  ];
  for (const [what, observability, says] of refused) {
    it(what, () => {
      assert.deepEqual(said(observability), [says]);
    });
  }

  it("and not what a collector and Istio take", () => {
    for (const endpoint of ["otel.example.com:4317", "https://otel.example.com:443", "[fd00::1]:4317"]) {
      assert.deepEqual(said(exporter({ kind: "otlp", endpoint })), [], endpoint);
    }
    assert.deepEqual(said({ tracing: { samplingPercent: 0.01 } }), []);
  });
});
