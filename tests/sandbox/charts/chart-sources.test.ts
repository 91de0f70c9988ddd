import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { releaseArgs } from "../../../components/kubernetes/helm-release.ts";
import { istioBase } from "../../../mesh/features/control-plane/istio-base.ts";
import { chooseChartSources, type ChartPlace } from "../../../sandbox/charts/chart-sources.ts";
import { layOutCharts } from "../../../sandbox/charts/layout.ts";
import { GO_MODULES_DIR } from "../../../sandbox/toolchain/programs.ts";
import { ISTIO_COMMIT, ISTIO_SOURCES } from "../../../sandbox/toolchain/versions.ts";
import { emptyChartFiles } from "../../support/chart-directories.ts";
import { stackData } from "../../support/stack-data.ts";
import type { PlainObject } from "../../../mesh/stack/plain-object.ts";

/** No name below .invalid can ever be resolved (RFC 2606). */
const AWAY = { chart: { repository: "https://charts.invalid/addons" } };

describe("the charts of a stack in the sandbox", () => {
  let directory: string;
  let server: Server;
  let here: string;
  let answers = true;

  before(async () => {
    server = createServer((_, response) => response.writeHead(answers ? 200 : 503).end());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    here = `http://127.0.0.1:${(server.address() as AddressInfo).port}/charts`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "mesh-charts-"));
    answers = true;
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const place = (isNew: boolean): ChartPlace => ({
    projectDir: "/project",
    record: join(directory, "charts.json"),
    directory: join(directory, "charts"),
    files: emptyChartFiles(join(directory, "toolchain")),
    isNew,
    environment: {},
    signal: new AbortController().signal,
  });
  const config = (mesh: string): PlainObject => ({
    mesh: { repository: mesh },
    traffic: { loadBalancer: { chart: { repository: here } } },
    observability: {
      prometheus: AWAY,
      jaeger: AWAY,
      collector: AWAY,
      grafana: { chart: { repository: "./vendored" } },
      kiali: { enabled: false },
    },
  });
  const choose = (isNew: boolean, mesh: string) =>
    chooseChartSources({ name: "dev", ...stackData(config(mesh)) }, place(isNew));
  const names = (releases: readonly { readonly chart: string }[]) =>
    [...new Set(releases.map(({ chart }) => chart))].sort();

  it("are the repository's where that answers, and the user's own where a directory is named", async () => {
    const { settings, substituted, represented } = await choose(true, here);
    assert.deepEqual(substituted, []);
    assert.deepEqual(names(represented), ["jaeger", "kube-prometheus-stack", "opentelemetry-collector"]);
    const found = Object.fromEntries(settings.map(({ path, directory: to }) => [path.join("."), to]));
    assert.deepEqual(found, {
      "observability.grafana.chart.repository": "/project/vendored",
      ...Object.fromEntries(
        ["prometheus", "jaeger", "collector"].map((addon) => [
          `observability.${addon}.chart.repository`,
          join(directory, "charts"),
        ]),
      ),
    });
    assert.match(represented[0]?.reason ?? "", /charts\.invalid is out of reach/);
  });

  it("are Istio's own from the toolchain where its repository does not answer", async () => {
    const { settings, substituted } = await choose(true, "https://istio.invalid/charts");
    assert.deepEqual(names(substituted), ["base", "cni", "gateway", "istiod"]);
    assert.ok(settings.some(({ path }) => path.join(".") === "mesh.repository"));
  });

  it("stay what they are while the stack has anything, whether the network comes or goes", async () => {
    answers = false;
    const first = await choose(true, here);
    assert.ok(first.substituted.length > 0);
    answers = true;
    assert.deepEqual(await choose(false, here), first);
    assert.deepEqual((await choose(true, here)).substituted, []);
    answers = false;
    assert.deepEqual((await choose(false, here)).substituted, []);
  });

  it("are asked for again from a repository that the stack names again", async () => {
    await choose(true, "https://istio.invalid/charts");
    assert.deepEqual((await choose(false, here)).substituted, []);
  });
});

describe("charts that are laid out", () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "mesh-charts-"))));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const charts = () => join(directory, "charts");
  const layOut = (...list: readonly { readonly chart: string; readonly version: string }[]) =>
    layOutCharts(charts(), list, emptyChartFiles(join(directory, "toolchain")));
  const read = (...path: string[]) => parse(readFileSync(join(charts(), ...path), "utf8")) as PlainObject;

  it("say in their version what they really are, and have images of the version that the stack names", () => {
    layOut({ chart: "istiod", version: "1.30.7" }, { chart: "grafana", version: "12.11.1" });
    assert.match(String(read("istiod-1.30.7", "Chart.yaml")["version"]), /^1\.30\.7\+1\.31-alpha\.[0-9a-f]{12}$/);
    assert.deepEqual(read("istiod-1.30.7", "values.yaml"), {
      global: { hub: "registry.istio.io/release", tag: "1.30.7" },
    });
    const placeholder = read("grafana-12.11.1", "Chart.yaml");
    assert.equal(placeholder["name"], "grafana");
    assert.match(String(placeholder["version"]), /^12\.11\.1\+placeholder\.[0-9a-f]{8}$/);
  });

  it("are told to people with the day of the commit that go.mod names", () => {
    const modules = readFileSync(join(GO_MODULES_DIR, "cluster", "go.mod"), "utf8");
    const [, day = "", commit] = /istio\.io\/istio v0\.0\.0-(\d{8})\d{6}-([0-9a-f]{12})/.exec(modules) ?? [];
    assert.equal(commit, ISTIO_COMMIT);
    assert.match(ISTIO_SOURCES, new RegExp(day.replace(/(....)(..)(..)/, "of $1-$2-$3\\)$")));
  });

  it("bring the definitions of their kinds, those of the toolchain and ours", () => {
    layOut({ chart: "karpenter-crd", version: "1.14.3" }, { chart: "gateway-api-crds", version: "1.5.1" });
    assert.deepEqual(readdirSync(join(charts(), "karpenter-crd-1.14.3/definitions")), [
      "ec2nodeclasses.karpenter.k8s.aws.yaml",
      "one.yaml",
    ]);
    assert.deepEqual(readdirSync(join(charts(), "gateway-api-crds-1.5.1/definitions")), ["one.yaml"]);
  });

  it("are found by the program in each of their versions, and leave no others behind", () => {
    const base = istioBase(stackData({ mesh: { repository: charts() } }));
    layOut({ chart: "base", version: "1.30.5" });
    layOut({ chart: "base", version: "1.30.7" }, { chart: "base", version: "1.31.2" });
    assert.ok(!existsSync(join(charts(), "base-1.30.5")));
    for (const version of ["1.30.7", "1.31.2"]) {
      assert.equal(releaseArgs({ ...base, version }).chart, join(charts(), `base-${version}`));
    }
    assert.equal(releaseArgs({ ...base, version: "1.30.5" }).chart, join(charts(), "base"));
  });

  it("are refused when there is no placeholder of the chart", () => {
    assert.throws(() => layOut({ chart: "wordpress", version: "1.0.0" }), {
      code: "charts.no-placeholder",
      message: /wordpress cannot be fetched/,
      remediation: /directory/,
    });
  });
});
