import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import { stringify } from "yaml";
import type { ResultJson } from "../../cli/output/result-json.ts";
import { TemporaryProject } from "../support/mesh-command.ts";

/** Somebody's cluster: takes connections and counts them. */
class Listener {
  connections = 0;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((socket) => {
      this.connections += 1;
      socket.destroy();
    });
  }

  static async start(): Promise<Listener> {
    const listener = new Listener();
    await new Promise<void>((resolve) => listener.#server.listen(0, "127.0.0.1", resolve));
    return listener;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

describe("the user's own cluster", function () {
  this.timeout(480_000);
  let project: TemporaryProject;
  let cluster: Listener;

  beforeEach(async () => {
    project = new TemporaryProject();
    project.shrink("local");
    cluster = await Listener.start();
  });
  afterEach(async () => {
    await project.remove();
    await cluster.close();
  });

  it("is never dialled, wherever it is named: in ~/.kube/config, by KUBECONFIG, by the stack's path and context, or in a pod's environment", async () => {
    const server = `https://127.0.0.1:${cluster.port}`;
    const kubeconfig = stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "theirs", cluster: { server, "insecure-skip-tls-verify": true } }],
      users: [{ name: "me", user: { token: "secret" } }],
      contexts: [{ name: "production", context: { cluster: "theirs", user: "me" } }],
      "current-context": "production",
    });
    mkdirSync(project.path("home/.kube"), { recursive: true });
    writeFileSync(project.path("home/.kube/config"), kubeconfig);
    project.edit(
      "Pulumi.local.yaml",
      "kind: kubeconfig",
      "kind: kubeconfig\n    path: ~/.kube/config\n    context: production",
    );
    const environment = {
      HOME: project.path("home"),
      KUBECONFIG: project.path("home/.kube/config"),
      KUBERNETES_SERVICE_HOST: "127.0.0.1",
      KUBERNETES_SERVICE_PORT: String(cluster.port),
      // Also the test of a machine whose pods are placed and do not run.
      MESH_PODS: "placed",
      MESH_CACHE_DIR: process.env["MESH_CACHE_DIR"] ?? `${process.env["HOME"] ?? ""}/.cache/ecommerce-mesh`,
    };
    const run = async (command: string) => project.json<ResultJson>([command, "local"], { environment });
    assert.ok((await run("preview")).changes.create > 50);
    const { code, stdout, stderr } = await project.run(["up", "local"], { environment });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /no pod runs.*MESH_PODS=placed asks for it/);
    assert.match(stdout, /prod: 3\/3 Deployments Available, \d+\/\d+ pods ready/);
    assert.equal((await run("preview")).changes.create, 0);
    assert.ok((await run("destroy")).changes.delete > 50);
    assert.equal(cluster.connections, 0);
  });
});
