import assert from "node:assert/strict";
import { CONSOLES, consolePod } from "../../cli/cluster/console.ts";

const GRAFANA = CONSOLES["grafana"] ?? assert.fail();

function pod(ready: boolean, annotations: Record<string, string> = {}, ports = [{ containerPort: 3000 }]) {
  return {
    metadata: { name: "grafana-1", annotations },
    spec: { containers: [{ name: "grafana", ports }] },
    status: { conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
  };
}

function answering(...pods: readonly unknown[]) {
  return { list: () => Promise.resolve(pods) };
}

describe("the pod behind a console", () => {
  it("is the first that is ready", async () => {
    assert.deepEqual(await consolePod(answering(pod(false), pod(true)), "grafana", GRAFANA), {
      namespace: "observability",
      name: "grafana-1",
      port: 3000,
    });
  });

  it("is asked on its own port where a chart of one's own has another", async () => {
    const { port } = await consolePod(answering(pod(true, {}, [{ containerPort: 3333 }])), "grafana", GRAFANA);
    assert.equal(port, 3333);
  });

  it("is missed with a remediation", async () => {
    await assert.rejects(consolePod(answering(pod(false)), "grafana", GRAFANA), /no pod of grafana is ready/);
  });

  it("is not opened where nothing runs in it", async () => {
    const represented = pod(true, { "sandbox.ecommerce-mesh.dev/represents": "grafana-12.11.1" });
    await assert.rejects(consolePod(answering(represented), "grafana", GRAFANA), /nothing runs in its pod/);
  });
});
