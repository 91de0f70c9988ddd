import { dataPlaneOf } from "../../mesh/features/data-plane/data-plane-of.ts";
import assert from "node:assert/strict";
import { defaultDashboard } from "@grafana/schema";
import { dashboardJson } from "../../mesh/features/observability/dashboards/json.ts";
import { dashboards, dashboardValues } from "../../mesh/features/observability/dashboards.ts";
import { ruleGroups, ruleSource } from "../../mesh/features/observability/rules.ts";
import { labelsOf } from "../support/istio-metrics.ts";
import { GO_BUILD_MS } from "../support/go-program.ts";
import { buildPromql, parseQueries } from "../support/promql/promql.ts";
import { stackData } from "../support/stack-data.ts";

const ALL = dashboards("ecommerce", dataPlaneOf(stackData()));
const AMBIENT = dashboards("ecommerce", dataPlaneOf(stackData({ mesh: { mode: "ambient" } })));

/** A query as Prometheus gets it from Grafana. */
function filledIn(expr: string): string {
  return expr.replaceAll("$__rate_interval", "5m").replaceAll("$service", "cart");
}

function variableQueries(): string[] {
  return ALL.flatMap(({ variables = [] }) =>
    variables.map(({ metric, where, from }) => `count by (${from}) (${metric}{${where}})`),
  );
}

describe("queries of dashboards and rules", function () {
  this.timeout(GO_BUILD_MS);
  before(async () => {
    await buildPromql();
  });

  const panels = [...ALL, ...AMBIENT].flatMap(({ panels }) =>
    panels.flatMap(({ queries }) => queries.map(({ expr }) => filledIn(expr))),
  );
  const rules = [stackData(), stackData({ mesh: { mode: "ambient" } })].flatMap((stack) =>
    ruleGroups(ruleSource(stack)).flatMap((group) => group.rules.map(({ expr }) => expr)),
  );
  const all = [...panels, ...variableQueries(), ...rules];

  it("are PromQL, and ask only for metrics and labels that are documented", async () => {
    const parsed = await parseQueries(all);
    parsed.forEach(({ error, metrics, labels }, index) => {
      const query = all[index] ?? "";
      assert.equal(error, undefined, query);
      assert.ok(metrics.length > 0, query);
      const known = metrics.flatMap(
        (metric) => labelsOf(metric) ?? assert.fail(`${metric} is not documented: ${query}`),
      );
      for (const label of labels) {
        assert.ok(known.includes(label), `${metrics.join(", ")} has no label ${label}: ${query}`);
      }
    });
  });

  it("would be found out when they are not", async () => {
    const [broken, unknown] = await parseQueries(["sum(", "istio_request_total"]);
    assert.match(broken?.error ?? "", /parse error/);
    assert.deepEqual(unknown?.metrics, ["istio_request_total"]);
    assert.equal(labelsOf("istio_request_total"), undefined);
  });
});

describe("dashboards", () => {
  it("are six, each with an address of its own, and every panel with a title of its own", () => {
    assert.deepEqual(
      ALL.map(({ uid }) => uid),
      ["mesh-overview", "mesh-service", "mesh-canary", "mesh-control-plane", "mesh-gateways", "mesh-sidecars"],
    );
    assert.deepEqual(
      AMBIENT.map(({ uid }) => uid),
      ALL.map(({ uid }) => uid),
    );
    for (const { panels, uid } of [...ALL, ...AMBIENT]) {
      assert.equal(new Set(panels.map(({ title }) => title)).size, panels.length, uid);
    }
  });

  it("lay their panels out without overlap, two in a row", () => {
    for (const dashboard of [...ALL, ...AMBIENT]) {
      const { panels } = dashboardJson(dashboard);
      const places = panels.map(({ gridPos }) => `${gridPos.x} ${gridPos.y}`);
      assert.equal(new Set(places).size, panels.length);
      assert.ok(panels.every(({ gridPos }) => gridPos.x + gridPos.w <= 24));
    }
  });

  it("say the version of Grafana's schema that they keep to", () => {
    ALL.forEach((dashboard) => {
      assert.equal(dashboardJson(dashboard).schemaVersion, defaultDashboard.schemaVersion);
    });
  });

  it("tell golden signals by p50, p95 and p99", () => {
    const legends = ALL.find(({ uid }) => uid === "mesh-service")?.panels[0]?.queries.map(({ legend }) => legend);
    assert.deepEqual(legends, ["p50", "p95", "p99"]);
  });

  it("ask of requests only who counts them: both sidecars, or the waypoint", () => {
    const reporters = (all: typeof ALL) =>
      new Set(
        all
          .flatMap(({ panels }) => panels.flatMap(({ queries }) => queries.map(({ expr }) => expr)))
          .filter((expr) => /istio_request/.test(expr) && !expr.includes("source_workload_namespace=~"))
          .flatMap((expr) => [...expr.matchAll(/reporter="(\w+)"/g)].map(([, name]) => name)),
      );
    assert.deepEqual(reporters(ALL), new Set(["source", "destination"]));
    assert.deepEqual(reporters(AMBIENT), new Set(["waypoint"]));
  });

  it("come with Grafana's release, as JSON, about the stack's own namespace", () => {
    const { dashboards: folders } = dashboardValues("shop-staging", dataPlaneOf(stackData())) as unknown as {
      dashboards: { mesh: Record<string, { json: string }> };
    };
    const read = Object.values(folders.mesh).map(({ json }) => JSON.parse(json) as { uid: string });
    assert.deepEqual(
      read.map(({ uid }) => uid),
      Object.keys(folders.mesh),
    );
    assert.match(JSON.stringify(folders), /destination_service_namespace=\\+"shop-staging/);
  });
});
