import assert from "node:assert/strict";
import { KubernetesApi } from "../../cli/cluster/kubernetes-api.ts";
import { readCluster } from "../../cli/doctor/read-cluster.ts";
import type { ResultJson } from "../../cli/output/result-json.ts";
import { readStackFile } from "../../mesh/load/load.ts";
import { diagnose } from "../../analysis/doctor/diagnose.ts";
import { KubernetesClient } from "../../sandbox/cluster/client.ts";
import { readKubeconfig } from "../../sandbox/cluster/kubeconfig.ts";
import { listAt, stringAt } from "../../mesh/kubernetes/fields.ts";
import { TemporaryProject } from "../support/mesh-command.ts";

describe("the life of an ambient stack", function () {
  this.timeout(600_000);
  let project: TemporaryProject;

  before(() => {
    project = new TemporaryProject();
    project.shrink("local");
    project.edit("Pulumi.local.yaml", "    version: 1.30.7\n", "    version: 1.30.7\n    mode: ambient\n");
  });
  after(async () => {
    await project.remove();
  });

  const kubeconfig = async () => (await project.run(["kubeconfig", "local"])).stdout.trim();
  const list = async (path: string) => new KubernetesApi(await kubeconfig()).list(path);
  const names = async (path: string) =>
    (await list(path)).map((item) => stringAt(item, "metadata", "name") ?? "").sort();

  it("comes up with a ztunnel on every node and no sidecar, and says what stands for ztunnel", async () => {
    const { code, stdout, stderr } = await project.run(["up", "local"]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /ztunnel, which cannot be had|no pod runs/);
    const containers = (pods: readonly unknown[]) =>
      pods.flatMap((pod) => [...listAt(pod, "spec", "containers"), ...listAt(pod, "spec", "initContainers")]);
    const pods = await list("/api/v1/namespaces/prod/pods");
    const waypoint = (pod: unknown) =>
      stringAt(pod, "metadata", "labels", "gateway.networking.k8s.io/gateway-name") === "waypoint";
    // istiod makes the waypoint's pods, where it runs.
    assert.equal(pods.some(waypoint), !stdout.includes("no pod runs"));
    const application = pods.filter((pod) => !waypoint(pod));
    assert.ok(application.length >= 3);
    assert.ok(!containers(application).some((container) => stringAt(container, "name") === "istio-proxy"));
    const ztunnels = await names("/api/v1/namespaces/kube-system/pods?labelSelector=app%3Dztunnel");
    assert.equal(ztunnels.length, (await names("/api/v1/nodes")).length);
    assert.deepEqual(await names("/apis/gateway.networking.k8s.io/v1/namespaces/prod/gateways"), ["waypoint"]);
  });

  it("finds nothing wrong with it, but that its namespace has lost its label, when it has", async () => {
    const { findings } = await project.json<{ findings: unknown[] }>(["doctor", "local"]);
    assert.deepEqual(findings, []);
    const client = new KubernetesClient(await readKubeconfig(await kubeconfig()));
    const label = (value: string | null) =>
      client.call("PATCH", "/api/v1/namespaces/prod", {
        body: { metadata: { labels: { "istio.io/dataplane-mode": value } } },
        contentType: "application/merge-patch+json",
      });
    try {
      await label(null);
      const view = await readCluster(new KubernetesApi(await kubeconfig()), readStackFile(project.dir, "local"));
      assert.ok(
        diagnose(view).some(({ code, object }) => `${code} ${object}` === "namespace-outside-ambient Namespace prod"),
      );
    } finally {
      await label("ambient");
      client.close();
    }
  });

  it("finds nothing left to do", async () => {
    const { changed, changes } = await project.json<ResultJson>(["preview", "local"]);
    assert.deepEqual(changed, []);
    assert.ok(changes.same > 50);
  });

  it("leaves no object behind when it is destroyed", async () => {
    const { changes, changed } = await project.json<ResultJson>(["destroy", "local"]);
    assert.equal(changes.delete, changed.length);
    const namespaces = await names("/api/v1/namespaces");
    assert.deepEqual(namespaces, ["default", "kube-node-lease", "kube-public", "kube-system"]);
    assert.deepEqual(await names("/api/v1/pods"), []);
    assert.deepEqual(await names("/apis/gateway.networking.k8s.io/v1/gateways"), []);
  });
});
