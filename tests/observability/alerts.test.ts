import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { ruleGroups, ruleSource } from "../../mesh/features/observability/rules.ts";
import { GO_BUILD_MS } from "../support/go-program.ts";
import { buildPromql, checkRules, fireRules, type Series } from "../support/promql/promql.ts";
import { stackData } from "../support/stack-data.ts";
import { PROJECT_DIRECTORY } from "../support/stacks.ts";

const SOURCE = ruleSource(stackData());

/** A series of a service of the shop. */
function requests(labels: Readonly<Record<string, string>>, values: string): Series {
  const all = {
    reporter: "source",
    response_code: "200",
    destination_service_name: "cart",
    destination_service_namespace: "ecommerce",
    ...labels,
  };
  return { series: `istio_requests_total{${labelText(all)}}`, values };
}

function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(", ");
}

/** Buckets of response times: `within` of `all` requests a minute take 250 ms or less. */
function durations(within: number, all: number): Series[] {
  const base = `reporter="destination", destination_service_name="cart", destination_service_namespace="ecommerce"`;
  const bucket = (le: string, count: number) => ({
    series: `istio_request_duration_milliseconds_bucket{${base}, le="${le}"}`,
    values: `0+${count}x60`,
  });
  return [bucket("250", within), bucket("500", within), bucket("1000", all), bucket("+Inf", all)];
}

function versions(errorsV1: string, errorsV2: string): Series[] {
  const of = (version: string, code: string, values: string) =>
    requests(
      {
        reporter: "destination",
        destination_service_name: "product",
        destination_version: version,
        response_code: code,
      },
      values,
    );
  return [
    of("v1", "200", "0+480x60"),
    of("v2", "200", "0+120x60"),
    of("v1", "503", errorsV1),
    of("v2", "503", errorsV2),
  ];
}

const GATEWAY = `namespace="istio-ingress", pod="istio-ingressgateway-1", container="istio-proxy"`;
const SIDECAR = `namespace="ecommerce", pod="cart-v1-1", container="istio-proxy"`;

function killed(kind: "" | "init_", reason: string, restarts: string): Series[] {
  return [
    {
      series: `kube_pod_${kind}container_status_last_terminated_reason{${SIDECAR}, reason="${reason}"}`,
      values: "1x60",
    },
    { series: `kube_pod_${kind}container_status_restarts_total{${SIDECAR}}`, values: restarts },
  ];
}

/** istiod that answers: without it IstiodDown fires in every case. */
const ISTIOD: Series = { series: `istio_build{component="pilot", tag="1.30.7"}`, values: "1x600" };

/** Of each alert: series in which it fires, and series close by in which nothing does. */
const CASES: readonly {
  readonly alert: string;
  readonly fires: readonly Series[];
  readonly quiet: readonly Series[];
  readonly at?: string;
  readonly also?: readonly string[];
}[] = [
  {
    alert: "ServiceErrorBudgetBurnsFast",
    // 2 % of the requests, against 14.4 times 0.1 %.
    fires: [requests({}, "0+980x600"), requests({ response_code: "503" }, "0+20x600")],
    quiet: [requests({}, "0+999x600"), requests({ response_code: "404" }, "0+500x600")],
    at: "70m",
    also: ["ServiceErrorBudgetBurnsSlowly"],
  },
  {
    alert: "ServiceErrorBudgetBurnsSlowly",
    // 0.8 %: more than 6 times 0.1 %, less than 14.4 times.
    fires: [requests({}, "0+992x600"), requests({ response_code: "500" }, "0+8x600")],
    quiet: [requests({}, "0+996x600"), requests({ response_code: "500" }, "0+4x600")],
    at: "400m",
  },
  {
    alert: "ServiceErrorRatioHigh",
    // A service that the catalog does not name has no objective; it is seen all the same.
    fires: [
      requests({ destination_service_name: "other" }, "0+90x60"),
      requests({ destination_service_name: "other", response_code: "502" }, "0+10x60"),
    ],
    quiet: [
      requests({ destination_service_name: "other" }, "0+97x60"),
      requests({ destination_service_name: "other", response_code: "502" }, "0+3x60"),
    ],
  },
  { alert: "ServiceLatencyHigh", fires: durations(90, 100), quiet: durations(100, 100) },
  {
    alert: "CanaryWorseThanStable",
    fires: versions("0+1x60", "0+12x60"),
    quiet: versions("0+60x60", "0+15x60"),
  },
  { alert: "IstiodDown", fires: [{ series: "up", values: "1x60" }], quiet: [] },
  {
    alert: "IstiodNotConverging",
    fires: [
      { series: `pilot_proxy_convergence_time_bucket{le="30"}`, values: "0+5x60" },
      { series: `pilot_proxy_convergence_time_bucket{le="60"}`, values: "0+10x60" },
      { series: `pilot_proxy_convergence_time_bucket{le="+Inf"}`, values: "0+10x60" },
    ],
    quiet: [
      { series: `pilot_proxy_convergence_time_bucket{le="1"}`, values: "0+10x60" },
      { series: `pilot_proxy_convergence_time_bucket{le="+Inf"}`, values: "0+10x60" },
    ],
  },
  {
    alert: "XdsRejected",
    fires: [{ series: `pilot_total_xds_rejects{type="cds"}`, values: "0+1x60" }],
    quiet: [{ series: `pilot_total_xds_rejects{type="cds"}`, values: "7x60" }],
  },
  {
    alert: "MeshCertificateExpires",
    fires: [{ series: "citadel_server_root_cert_expiry_timestamp", values: `${20 * 86_400}x200` }],
    quiet: [
      { series: "citadel_server_root_cert_expiry_timestamp", values: `${40 * 86_400}x200` },
      { series: "citadel_server_cert_chain_expiry_timestamp", values: `${40 * 86_400}x200` },
    ],
    at: "100m",
  },
  {
    alert: "WorkloadCertificateExpires",
    fires: [{ series: `istio_agent_cert_expiry_seconds{${SIDECAR}, resource_name="default"}`, values: "3600x60" }],
    quiet: [{ series: `istio_agent_cert_expiry_seconds{${SIDECAR}, resource_name="default"}`, values: "50000x60" }],
  },
  {
    alert: "GatewaySaturated",
    fires: [
      { series: `container_cpu_usage_seconds_total{${GATEWAY}}`, values: "0+114x60" },
      { series: `kube_pod_container_resource_limits{${GATEWAY}, resource="cpu"}`, values: "2x60" },
    ],
    quiet: [
      { series: `container_cpu_usage_seconds_total{${GATEWAY}}`, values: "0+60x60" },
      { series: `kube_pod_container_resource_limits{${GATEWAY}, resource="cpu"}`, values: "2x60" },
    ],
  },
  {
    alert: "SidecarOutOfMemory",
    fires: killed("", "OOMKilled", "0x35 1x25"),
    quiet: [...killed("", "OOMKilled", "1x60"), ...killed("init_", "Error", "0x35 1x25")],
    at: "40m",
  },
  {
    alert: "PlainTextTraffic",
    fires: [
      requests(
        {
          reporter: "destination",
          connection_security_policy: "none",
          source_workload: "unknown",
          destination_workload: "cart-v1",
          destination_workload_namespace: "ecommerce",
        },
        "0+6x60",
      ),
    ],
    quiet: [
      requests(
        {
          reporter: "destination",
          connection_security_policy: "mutual_tls",
          source_workload: "order-v1",
          destination_workload: "cart-v1",
          destination_workload_namespace: "ecommerce",
        },
        "0+6x60",
      ),
    ],
  },
];

describe("alerts", function () {
  this.timeout(GO_BUILD_MS);
  let folder: string;
  let file: string;

  before(async () => {
    await buildPromql();
    folder = mkdtempSync(join(tmpdir(), "mesh-rules-"));
    file = join(folder, "rules.yaml");
    writeFileSync(file, stringify({ groups: ruleGroups(SOURCE) }, { aliasDuplicateObjects: false }));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("are rules that Prometheus reads", async () => {
    const { errors, rules } = await checkRules(file);
    assert.deepEqual(errors, []);
    assert.equal(rules, ruleGroups(SOURCE).flatMap((group) => group.rules).length);
  });

  it("have a case each below", () => {
    assert.deepEqual(CASES.map(({ alert }) => alert).sort(), [...alertNames()].sort());
  });

  for (const { alert, fires, quiet, at = "40m", also = [] } of CASES) {
    it(`${alert} fires when it should, and is quiet close by`, async () => {
      const healthy = alert === "IstiodDown" ? [] : [ISTIOD];
      const [firing = [], silent = []] = await fireRules(file, [
        { interval: "1m", at, series: [...fires, ...healthy] },
        { interval: "1m", at, series: [...quiet, ISTIOD] },
      ]);
      assert.deepEqual(
        [...new Set(firing.map(({ name }) => name))].sort(),
        [alert, ...also].sort(),
        JSON.stringify(firing),
      );
      assert.deepEqual(silent, []);
    });
  }

  it("name their section of docs/operations.md, and link to it where the stack says at which address it is read", () => {
    const annotationsOf = (observability: Record<string, unknown>) =>
      ruleGroups(ruleSource(stackData({ observability })))
        .flatMap(({ rules }) => rules)
        .flatMap((rule) => ("alert" in rule && rule.alert === "XdsRejected" ? [rule.annotations] : []))[0];
    assert.equal(annotationsOf({})?.runbook, "docs/operations.md#xdsrejected");
    assert.equal(annotationsOf({})?.runbook_url, undefined);
    const runbooks = "https://wiki.example.com/operations";
    assert.equal(annotationsOf({ alerts: { runbooks } })?.runbook_url, `${runbooks}#xdsrejected`);
  });

  it("have a section of docs/operations.md each", () => {
    const text = readFileSync(join(PROJECT_DIRECTORY, "docs/operations.md"), "utf8");
    const anchors = [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
      title
        .toLowerCase()
        .replaceAll(/[^\w\s-]/g, "")
        .replaceAll(" ", "-"),
    );
    for (const name of alertNames()) {
      assert.ok(anchors.includes(name.toLowerCase()), `docs/operations.md has no section ${name}`);
    }
  });
});

describe("canaries in the rules", () => {
  const of = (product: Record<string, unknown>) => {
    const { canaries } = ruleSource(stackData({}, { services: { product } }));
    return canaries.map(({ service, stable, canary }) => `${service} ${canary} beside ${stable}`);
  };

  it("are the versions beside the one with the largest share", () => {
    assert.deepEqual(of({}), ["product v2 beside v1"]);
    assert.deepEqual(of({ versions: { v1: { weight: 20 }, v2: { weight: 80 } } }), ["product v1 beside v2"]);
  });

  it("are the declared one, also when it has most of the requests", () => {
    const versions = { v1: { weight: undefined }, v2: { weight: undefined } };
    assert.deepEqual(of({ versions, canary: { version: "v2", weight: 90 } }), ["product v2 beside v1"]);
  });
});

function alertNames(): Set<string> {
  const rules = ruleGroups(SOURCE).flatMap((group) => group.rules);
  return new Set(rules.flatMap((rule) => ("alert" in rule ? [rule.alert] : [])));
}
