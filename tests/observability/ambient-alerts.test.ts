import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { ruleGroups, ruleSource } from "../../mesh/features/observability/rules.ts";
import { GO_BUILD_MS } from "../support/go-program.ts";
import { buildPromql, fireRules, type Series } from "../support/promql/promql.ts";
import { stackData } from "../support/stack-data.ts";
import { PROJECT_DIRECTORY } from "../support/stacks.ts";

const SERVICE = `destination_service_name="cart", destination_service_namespace="ecommerce"`;
const PRODUCT = `destination_service_name="product", destination_service_namespace="ecommerce"`;
const WAYPOINT_POD = `namespace="ecommerce", pod="waypoint-1", container="istio-proxy"`;

/** What a healthy ambient mesh reports; without it the alerts on absent series fire in every case. */
const istiod: Series = { series: `istio_build{component="pilot", tag="1.30.7"}`, values: "1x600" };
const waypoints: Series = available("2x600");
const ztunnels: Series = { series: unavailable(), values: "0x600" };

function available(values: string): Series {
  return {
    series: `kube_deployment_status_replicas_available{namespace="ecommerce", deployment="waypoint"}`,
    values,
  };
}

function unavailable(): string {
  return `kube_daemonset_status_number_unavailable{namespace="kube-system", daemonset="ztunnel"}`;
}

function requests(reporter: string, labels: string, code: string, values: string): Series {
  return { series: `istio_requests_total{reporter="${reporter}", ${labels}, response_code="${code}"}`, values };
}

function durations(within: number): Series[] {
  const bucket = (le: string, count: number): Series => ({
    series: `istio_request_duration_milliseconds_bucket{reporter="waypoint", ${SERVICE}, le="${le}"}`,
    values: `0+${count}x60`,
  });
  return [bucket("250", within), bucket("500", within), bucket("1000", 100), bucket("+Inf", 100)];
}

function connections(policy: string): Series {
  const labels = `destination_workload="cart-v1", destination_workload_namespace="ecommerce", source_workload="other"`;
  return {
    series: `istio_tcp_connections_opened_total{reporter="destination", connection_security_policy="${policy}", ${labels}}`,
    values: "0+6x60",
  };
}

/** Series of an ambient mesh, which of its alerts they raise, and series close by that raise none. */
const CASES: readonly { readonly raises: readonly string[]; readonly fires: Series[]; readonly quiet: Series[] }[] = [
  {
    raises: ["ServiceErrorRatioHigh", "ServiceErrorBudgetBurnsFast", "ServiceErrorBudgetBurnsSlowly"],
    fires: [requests("waypoint", SERVICE, "200", "0+90x60"), requests("waypoint", SERVICE, "503", "0+10x60")],
    // The gateway has counted the same requests; in an ambient mesh its word is not taken a second time.
    quiet: [requests("waypoint", SERVICE, "200", "0+90x60"), requests("source", SERVICE, "503", "0+90x60")],
  },
  { raises: ["ServiceLatencyHigh"], fires: durations(90), quiet: durations(100) },
  {
    raises: ["CanaryWorseThanStable"],
    fires: canary("0+12x60"),
    quiet: canary("0+0x60"),
  },
  { raises: ["PlainTextTraffic"], fires: [connections("unknown")], quiet: [connections("mutual_tls")] },
  {
    raises: ["GatewaySaturated"],
    fires: saturated("0+114x60"),
    quiet: saturated("0+60x60"),
  },
  { raises: ["WaypointDown"], fires: [available("0x600")], quiet: [available("1x600")] },
  { raises: ["ZtunnelMissing"], fires: [{ series: unavailable(), values: "1x600" }], quiet: [] },
];

/** 12 of 132 requests to v2 fail, of a service where 1 % of all is left unseen. */
function canary(errors: string): Series[] {
  const of = (version: string, code: string, values: string) =>
    requests("waypoint", `${PRODUCT}, destination_version="${version}"`, code, values);
  return [
    of("v1", "200", "0+48000x60"),
    of("v2", "200", "0+120x60"),
    of("v1", "503", "0+1x60"),
    of("v2", "503", errors),
  ];
}

function saturated(cpu: string): Series[] {
  return [
    { series: `container_cpu_usage_seconds_total{${WAYPOINT_POD}}`, values: cpu },
    { series: `kube_pod_container_resource_limits{${WAYPOINT_POD}, resource="cpu"}`, values: "2x60" },
  ];
}

describe("alerts of an ambient mesh", function () {
  this.timeout(GO_BUILD_MS);
  let folder: string;
  let file: string;

  before(async () => {
    await buildPromql();
    folder = mkdtempSync(join(tmpdir(), "mesh-ambient-rules-"));
    file = join(folder, "rules.yaml");
    const source = ruleSource(stackData({ mesh: { mode: "ambient" } }));
    writeFileSync(file, stringify({ groups: ruleGroups(source) }, { aliasDuplicateObjects: false }));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const { raises, fires, quiet } of CASES) {
    it(`${raises.join(", ")}: when they should, and not close by`, async () => {
      const complete = (series: readonly Series[]) => [
        ...series,
        ...[istiod, waypoints, ztunnels].filter((one) => !series.some((other) => other.series === one.series)),
      ];
      const [firing = [], silent = []] = await fireRules(file, [
        { interval: "1m", at: "40m", series: complete(fires) },
        { interval: "1m", at: "40m", series: complete(quiet) },
      ]);
      assert.deepEqual([...new Set(firing.map(({ name }) => name))].sort(), raises.toSorted(), JSON.stringify(firing));
      assert.deepEqual(silent, []);
    });
  }

  it("are more than with sidecars by those of the shared proxies, which nobody else has", () => {
    const names = (mode: string) =>
      new Set(
        ruleGroups(ruleSource(stackData({ mesh: { mode } }))).flatMap(({ rules }) =>
          rules.flatMap((rule) => ("alert" in rule ? [rule.alert] : [])),
        ),
      );
    const [ambient, sidecar] = [names("ambient"), names("sidecar")];
    const own = [...ambient].filter((name) => !sidecar.has(name)).sort();
    assert.deepEqual(own, ["WaypointDown", "ZtunnelMissing"]);
    const runbooks = readFileSync(join(PROJECT_DIRECTORY, "docs/operations.md"), "utf8");
    own.forEach((name) => assert.match(runbooks, new RegExp(`^### ${name}$`, "m")));
    assert.deepEqual(
      [...sidecar].filter((name) => !ambient.has(name)),
      [],
    );
  });
});
