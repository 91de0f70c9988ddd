import assert from "node:assert/strict";
import { KubernetesApi } from "../../../cli/cluster/kubernetes-api.ts";
import { readCluster } from "../../../cli/doctor/read-cluster.ts";
import type { ResultJson } from "../../../cli/output/result-json.ts";
import { readStackFile } from "../../../mesh/load/load.ts";
import { diagnose } from "../../../analysis/doctor/diagnose.ts";
import { KubernetesClient } from "../../../sandbox/cluster/client.ts";
import { readKubeconfig } from "../../../sandbox/cluster/kubeconfig.ts";
import { DOCTOR_CASES } from "../../support/doctor-cases.ts";
import { lifeOf } from "./suite.ts";

lifeOf("dev", (project, previewed) => {
  it("changes what it has previewed, and then finds nothing to do", async () => {
    const up = await project().json<ResultJson>(["up", "dev"]);
    assert.deepEqual(sorted(previewed().changed), sorted(up.changed));
    assert.ok(up.changed.length > 0);
    assert.deepEqual((await project().json<ResultJson>(["preview", "dev"])).changed, []);
  });

  it("finds nothing wrong with it, and each fault that is put into it, and that alone", async () => {
    const kubeconfig = (await project().run(["kubeconfig", "dev"])).stdout.trim();
    const healthy = await project().json<{ findings: unknown[] }>(["doctor", "dev"]);
    assert.deepEqual(healthy.findings, []);
    const api = new KubernetesApi(kubeconfig);
    const data = readStackFile(project().dir, "dev");
    const client = new KubernetesClient(await readKubeconfig(kubeconfig));
    try {
      for (const { code, object, break: put } of DOCTOR_CASES) {
        const takeBack = await put(client);
        const findings = diagnose(await readCluster(api, data));
        await takeBack();
        assert.deepEqual(
          findings.map((finding) => finding.code),
          [code],
          JSON.stringify(findings),
        );
        assert.match(findings[0]?.object ?? "", typeof object === "string" ? new RegExp(`^${object}$`) : object);
      }
      assert.deepEqual(diagnose(await readCluster(api, data)), []);
    } finally {
      client.close();
    }
  });
});

function sorted(changed: ResultJson["changed"]): ResultJson["changed"] {
  return changed.toSorted((one, other) => (one.urn < other.urn ? -1 : 1));
}
