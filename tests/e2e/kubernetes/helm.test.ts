import assert from "node:assert/strict";
import { join } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import { serveChart, type ChartRepository } from "../../support/chart-repository.ts";
import { eventually } from "../control-plane/support.ts";
import { TestBed } from "./support.ts";

const CHART = join(import.meta.dirname, "../../support/charts/echo");

interface Deployment {
  readonly spec: { readonly replicas: number };
  readonly status: { readonly availableReplicas?: number };
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
}

interface Volume {
  readonly spec: { readonly csi: { readonly driver: string }; readonly capacity: { readonly storage: string } };
}

describe("releases whose chart can be fetched", function () {
  this.timeout(300_000);
  let bed: TestBed;
  let repository: ChartRepository;

  before(async function () {
    this.timeout(900_000);
    bed = await TestBed.start();
    repository = await serveChart(bed.toolchain.helm, CHART, ["1.0.0", "1.1.0"]);
  });

  after(async () => {
    await bed.close();
    await repository.close();
  });

  function release(version: string, values: object, timeout = 60): (provider: k8s.Provider) => void {
    return (provider) => {
      const namespace = new k8s.core.v1.Namespace("shop", { metadata: { name: "shop" } }, { provider });
      const repositoryOpts = { repo: repository.url };
      const metadata = { name: "echo", chart: "echo", namespace: namespace.metadata.name, version, repositoryOpts };
      new k8s.helm.v3.Release("echo", { ...metadata, atomic: true, timeout, values }, { provider });
    };
  }

  const deployment = async () => (await bed.get<Deployment>("/apis/apps/v1/namespaces/shop/deployments/echo")).body;

  it("are installed by the real Helm and waited for", async () => {
    bed.program = release("1.0.0", { replicas: 2, serviceType: "LoadBalancer" });
    assert.equal((await bed.up()).errors, "");
    const { status, metadata } = await deployment();
    assert.equal(status.availableReplicas, 2);
    assert.equal(metadata.annotations?.["meta.helm.sh/release-name"], "echo");
    assert.deepEqual(await bed.served.represented(), []);
  });

  it("change nothing the second time, and fetch nothing", async () => {
    const before = repository.requests.length;
    assert.deepEqual((await bed.up()).changed, {});
    assert.equal(repository.requests.length, before);
  });

  it("are upgraded, the change named value by value", async () => {
    bed.program = release("1.1.0", { replicas: 3, serviceType: "LoadBalancer" });
    const run = await bed.up();
    assert.deepEqual([run.errors, run.changed], ["", { echo: "update" }]);
    assert.deepEqual([...(run.paths["echo"] ?? [])].sort(), ["values.replicas", "version"]);
    assert.equal((await deployment()).status.availableReplicas, 3);
  });

  it("roll back when an upgrade fails, naming the scheduler's reason", async () => {
    bed.program = release("1.1.0", { replicas: 3, cpu: "64" }, 6);
    const { errors } = await bed.up();
    assert.match(errors, /cannot install release shop\/echo: .*rolled back/);
    assert.match(errors, /pod echo-\w+-\w+: FailedScheduling: 0\/3 nodes are available: 3 Insufficient cpu/);
    assert.equal((await deployment()).status.availableReplicas, 3);
  });

  it("say that a version does not exist, in place of representing it", async () => {
    bed.program = release("9.9.9", {});
    assert.match((await bed.up()).errors, /chart "echo" version "9\.9\.9" not found/);
  });

  it("are found by a refresh, and uninstalled", async () => {
    bed.program = release("1.1.0", { replicas: 3, serviceType: "LoadBalancer" });
    assert.equal((await bed.refresh()).errors, "");
    assert.equal((await bed.destroy()).errors, "");
    assert.equal((await bed.get("/api/v1/namespaces/shop")).status, 404);
  });

  it("come from a directory, too; a directory that is not there is an error", async () => {
    const local = (chart: string) => (provider: k8s.Provider) => {
      const place = { name: "echo", chart, namespace: "local", createNamespace: true, timeout: 120 };
      new k8s.helm.v3.Release("echo", { ...place, values: { volume: "3Gi" } }, { provider });
    };
    bed.program = local(CHART);
    assert.equal((await bed.up()).errors, "");
    const [volume, ...others] = await volumes();
    assert.deepEqual([volume?.spec.csi.driver, volume?.spec.capacity.storage, others], ["ebs.csi.aws.com", "3Gi", []]);
    assert.equal((await bed.destroy()).errors, "");
    bed.program = local(`${CHART}-missing`);
    assert.match((await bed.up()).errors, /there is no chart at .*echo-missing/);
    await eventually("the volume goes with its claim", async () => ((await volumes()).length === 0 ? true : undefined));
  });

  async function volumes() {
    return (await bed.get<{ items: readonly Volume[] }>("/api/v1/persistentvolumes")).body.items;
  }
});
