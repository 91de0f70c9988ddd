import assert from "node:assert/strict";
import { readKubeconfig } from "../../../../sandbox/cluster/kubeconfig.ts";

describe("the API server of a kubeconfig", () => {
  it("is that of the chosen context", async () => {
    const config = JSON.stringify({
      "current-context": "b",
      contexts: [
        { name: "a", context: { cluster: "one", user: "u" } },
        { name: "b", context: { cluster: "two", user: "u" } },
      ],
      clusters: [
        { name: "one", cluster: { server: "https://one" } },
        { name: "two", cluster: { server: "https://two", "certificate-authority-data": btoa("CA") } },
      ],
      users: [{ name: "u", user: { token: "t" } }],
    });
    const access = await readKubeconfig(config);
    assert.deepEqual([access.server, access.ca, access.token], ["https://two", "CA", "t"]);
    assert.equal((await readKubeconfig(config, "a")).server, "https://one");
    await assert.rejects(readKubeconfig(config, "c"), { code: "kubernetes.kubeconfig" });
  });
});
