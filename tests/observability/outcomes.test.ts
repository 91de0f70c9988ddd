import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { readStackFile } from "../../mesh/load/load.ts";
import { outcomeRecordings, REQUESTS_BY_OUTCOME } from "../../mesh/features/observability/alerts/outcomes.ts";
import { ruleGroups, ruleSource } from "../../mesh/features/observability/rules.ts";
import { extraStatTags } from "../../mesh/features/observability/telemetry/telemetry.ts";
import { GO_BUILD_MS } from "../support/go-program.ts";
import { buildPromql, checkRules, fireRules, type Series } from "../support/promql/promql.ts";
import { stackData } from "../support/stack-data.ts";
import { PROJECT_DIRECTORY } from "../support/stacks.ts";

const enterprise = readStackFile(PROJECT_DIRECTORY, "local", "enterprise");
const source = ruleSource(enterprise);

/** A payment by card a minute, for each one that is said. */
function payments(code: string, perMinute: number, labels = `merchant_id="m1"`): Series {
  const to = `reporter="destination", destination_service_name="payment", destination_service_namespace="production"`;
  return {
    series: `istio_requests_total{${to}, payment_method="card", ${labels}, response_code="${code}"}`,
    values: `0+${perMinute}x30`,
  };
}

describe("requests by outcome", function () {
  this.timeout(GO_BUILD_MS);
  let folder: string;

  before(async () => {
    await buildPromql();
    folder = mkdtempSync(join(tmpdir(), "mesh-outcomes-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("are recorded for services with labels of their own alone, which their proxies are told to count by", () => {
    assert.deepEqual(source.labelled, [
      { service: "payment", namespace: "production", labels: ["merchant_id", "payment_method"] },
    ]);
    assert.deepEqual(extraStatTags(enterprise), ["merchant_id", "payment_method"]);
    assert.deepEqual(outcomeRecordings(ruleSource(stackData())), []);
  });

  it("are not recorded where the labels are on another metric, or only taken away", () => {
    const metrics = [
      { metric: "REQUEST_DURATION", set: { tenant: "request.headers['x-tenant']" } },
      { metric: "REQUEST_COUNT", set: { response_code: "response.code" }, remove: ["source_principal"] },
    ];
    assert.deepEqual(ruleSource(stackData({}, { services: { cart: { telemetry: { metrics } } } })).labelled, []);
  });

  it("succeed below 400 and fail from there on, by means of payment and merchant", async () => {
    const file = join(folder, "rules.yaml");
    const probe = (outcome: string) => ({
      alert: outcome,
      expr: `${REQUESTS_BY_OUTCOME}{payment_method="card", merchant_id="m1", outcome="${outcome}"} * 60 > 0`,
      annotations: { summary: "{{ $value }}" },
    });
    const groups = [...ruleGroups(source), { name: "probes", rules: [probe("success"), probe("failure")] }];
    writeFileSync(file, stringify({ groups }, { aliasDuplicateObjects: false }));
    assert.deepEqual((await checkRules(file)).errors, []);
    const series = [
      payments("200", 30),
      payments("302", 6),
      payments("402", 3),
      payments("503", 1),
      payments("200", 99, `merchant_id="m2"`),
    ];
    const [firing = []] = await fireRules(file, [{ interval: "1m", at: "20m", series }]);
    const values = firing
      .filter(({ name }) => name === "success" || name === "failure")
      .map(({ name, annotations }) => `${name} ${Math.round(Number(annotations["summary"]))}`);
    assert.deepEqual(values.sort(), ["failure 4", "success 36"]);
  });
});
