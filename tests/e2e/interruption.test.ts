import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import type { ErrorJson } from "../../cli/error.ts";
import type { ResultJson } from "../../cli/output/result-json.ts";
import { KubernetesClient } from "../../sandbox/cluster/client.ts";
import { readKubeconfig } from "../../sandbox/cluster/kubeconfig.ts";
import { listAt } from "../../mesh/kubernetes/fields.ts";
import { readState } from "../../sandbox/driver/checkpoint.ts";
import type { LockOwner } from "../../sandbox/driver/lock.ts";
import { placesOf, stackPaths } from "../../sandbox/driver/paths.ts";
import { processesOfProgramsIn } from "../../sandbox/processes/command-lines.ts";
import { identifyProcess } from "../../sandbox/processes/process-identity.ts";
import { readControlPlane } from "../../sandbox/control-plane/index.ts";
import type { FaultRule } from "../../sandbox/providers/protocol/faults.ts";
import { eventually, lastJson, statusOf, TemporaryProject, type RunningCommand } from "../support/mesh-command.ts";

const STALLED_DEPLOYMENT: FaultRule = {
  type: "kubernetes:apps/v1:Deployment",
  name: "backend-v2",
  op: "create",
  action: "stall",
};
/** This one is made by Helm, in the middle of a release. */
const STALLED_ISTIOD: FaultRule = { ...STALLED_DEPLOYMENT, name: "istiod" };
const STALLED_NODES: FaultRule = { type: "aws:eks/nodeGroup:NodeGroup", op: "create", action: "stall" };

/** Each test goes on from what the one before has left, as somebody does who has trouble: a start from nothing takes half a minute. */
describe("an up that is cut off", function () {
  this.timeout(480_000);
  let project: TemporaryProject;

  const paths = (stack: string) => stackPaths(placesOf({ projectDir: project.dir }), stack);
  const owner = (stack: string) => JSON.parse(readFileSync(paths(stack).lock, "utf8")) as LockOwner;
  const cloudObjects = (stack: string) =>
    (JSON.parse(readFileSync(paths(stack).cloud, "utf8")) as { readonly objects: readonly { readonly urn: string }[] })
      .objects;

  /** Resolves when the engine has begun to create a resource of this type. */
  async function untilPending(stack: string, type: string): Promise<void> {
    await eventually(`the creation of ${type}`, 90_000, () => {
      try {
        // Before this run has its engine, the state is that of the run before.
        return owner(stack).engine === undefined
          ? undefined
          : readState(paths(stack).checkpoint).pending.find(({ urn }) => urn.includes(`${type}::`));
      } catch {
        // Caught in the middle of being written.
        return undefined;
      }
    });
  }

  async function untilStalled(
    stack: string,
    rule: FaultRule,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<RunningCommand> {
    const command = project.start(["up", stack, "--json"], { faults: [rule], environment });
    await Promise.race([untilPending(stack, rule.type), command.outcome.then(({ stderr }) => assert.fail(stderr))]);
    return command;
  }

  /** Resolves when Helm has written down that it is installing a release. */
  async function untilInstalling(stack: string, release: string): Promise<void> {
    await eventually("the start of the control plane", 90_000, () => readControlPlane(paths(stack).controlPlane));
    const client = new KubernetesClient(await readKubeconfig(join(paths(stack).controlPlane, "kubeconfig")));
    try {
      const query = { labelSelector: `owner=helm,name=${release},status=pending-install` };
      for (let look = 0; look < 900; look++) {
        const secrets = await client.call("GET", "/api/v1/secrets", { query });
        if (listAt(secrets, "items").length > 0) {
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      assert.fail(`${release} was not installed within 90 s`);
    } finally {
      client.close();
    }
  }

  describe("on nodes of its own", () => {
    before(() => {
      project = new TemporaryProject({ kills: true });
      project.shrink("dev");
    });
    after(async () => {
      await project.remove();
    });

    // Nothing of it is about what runs in pods.
    const environment = { MESH_PODS: "placed" };

    it("by kill -9 while nodes are made: the next up goes on, without their doubles", async () => {
      const command = await untilStalled("dev", STALLED_NODES, environment);
      const { engine } = owner("dev");
      assert.ok(engine !== undefined);
      command.child.kill("SIGKILL");
      await command.outcome;
      assert.ok(existsSync(paths("dev").lock), "a killed process cannot free its lock");

      const next = await untilStalled("dev", STALLED_DEPLOYMENT, environment);
      assert.equal(
        identifyProcess(engine.pid)?.started === engine.started,
        false,
        "the engine of the killed run still runs",
      );
      // What a controller makes in the cloud (a load balancer and its interfaces) has no URN of its own.
      const urns = cloudObjects("dev")
        .map(({ urn }) => urn)
        .filter((urn) => urn.startsWith("urn:pulumi:"));
      assert.ok(urns.length > 50);
      assert.equal(urns.filter((urn) => urn.includes("nodeGroup")).length, 2);
      assert.equal(new Set(urns).size, urns.length);
      next.child.kill("SIGKILL");
      await next.outcome;
    });

    it("by kill -9 again, while workloads are made: destroy leaves nothing, neither in the cluster nor in the cloud", async () => {
      await project.json<ResultJson>(["destroy", "dev"], { environment });
      const status = await statusOf(project, "dev");
      assert.deepEqual(status.resources, []);
      const namespaces = status.cluster?.namespaces.map(({ name }) => name);
      assert.deepEqual(namespaces, []);
      assert.deepEqual(cloudObjects("dev"), []);
    });
  });

  describe("on a cluster that exists", () => {
    before(() => {
      project = new TemporaryProject({ kills: true });
      project.shrink("local");
    });
    after(async () => {
      await project.remove();
    });

    it("by the end of everything in the middle of a Helm release", async () => {
      const command = project.start(["up", "local", "--json"], { faults: [STALLED_ISTIOD] });
      const installing = untilInstalling("local", "istiod");
      await Promise.race([installing, command.outcome.then(({ stderr }) => assert.fail(stderr))]);
      const { engine } = owner("local");
      assert.ok(engine !== undefined);
      const providers = processesOfProgramsIn(paths("local").pulumiHome);
      assert.equal(providers.length, 1);
      [engine, ...providers].forEach(({ pid }) => process.kill(pid, "SIGKILL"));
      command.child.kill("SIGKILL");
      await command.outcome;
    });

    it("by a second Ctrl-C, when the release is freed and made: ends at once, and leaves no process", async () => {
      const command = await untilStalled("local", STALLED_DEPLOYMENT);
      assert.match(command.stderr(), /istio-system\/istiod was left pending-install/);
      const processes = Object.values(readControlPlane(paths("local").controlPlane)?.processes ?? {});
      const engine = owner("local").engine?.pid ?? 0;
      command.child.kill("SIGINT");
      await new Promise((resolve) => setTimeout(resolve, 600));
      command.child.kill("SIGINT");
      assert.equal((await command.outcome).code, 130);
      await eventually(
        "the end of all processes",
        5000,
        () => [...processes, engine].every((pid) => identifyProcess(pid) === undefined) || undefined,
      );
      assert.equal(existsSync(paths("local").lock), false);
    });

    it("by the death of the API server: one sentence within seconds", async () => {
      const command = await untilStalled("local", STALLED_DEPLOYMENT);
      const pid = readControlPlane(paths("local").controlPlane)?.processes["kube-apiserver"];
      assert.ok(pid !== undefined);
      const killed = Date.now();
      process.kill(pid, "SIGKILL");
      const { code, stdout, stderr } = await command.outcome;
      assert.equal(code, 1);
      assert.ok(Date.now() - killed < 15_000);
      const { error } = lastJson<ErrorJson>(stdout);
      assert.equal(error.code, "control-plane.died");
      assert.match(stderr, /kube-apiserver/);
      assert.doesNotMatch(stderr, /^\s+at /m);
    });

    it("by Ctrl-C: exit code 130, one sentence, no process, no lock; until then others are left out", async () => {
      const command = await untilStalled("local", STALLED_DEPLOYMENT);
      for (const other of [["up", "local"], ["destroy", "local"], ["down"]]) {
        const { code, stdout } = await project.run([...other, "--json"]);
        const { error } = lastJson<ErrorJson>(stdout);
        assert.equal(code, 1);
        assert.equal(error.code, "stack.busy");
        assert.match(error.message, new RegExp(`process ${command.child.pid ?? 0} \\(mesh up`));
      }
      const processes = Object.values(readControlPlane(paths("local").controlPlane)?.processes ?? {});
      const { engine } = owner("local");
      assert.ok(processes.length >= 5 && engine !== undefined);
      command.child.kill("SIGINT");
      const { code, stdout, stderr } = await command.outcome;

      assert.equal(code, 130, stderr);
      assert.equal(lastJson<ErrorJson>(stdout).error.code, "interrupted");
      assert.match(stderr, /error: up of local was interrupted: the next `mesh up local` continues\n$/);
      assert.equal(existsSync(paths("local").lock), false);
      assert.deepEqual(
        [...processes, engine.pid].map((pid) => identifyProcess(pid)),
        [...processes, engine.pid].map(() => undefined),
      );
    });

    it("and comes to its end when it is let", async () => {
      const { changes } = await project.json<ResultJson>(["up", "local"]);
      assert.ok(changes.same > 0 && changes.create > 0, "what was made before counts");
      const status = await statusOf(project, "local");
      assert.ok(status.cluster !== undefined);
      assert.deepEqual(status.cluster.faults, []);
      assert.equal(status.unfinished, 0);
      const application = status.cluster.namespaces.find(({ name }) => name === "prod");
      assert.equal(application?.deploymentsAvailable, 3);
    });

    it("and then changes nothing, though somebody took the ports of the last run", async () => {
      const server = async () => (await statusOf(project, "local")).server ?? "";
      const before = await server();
      await project.run(["down"]);
      const squatter = createServer();
      await new Promise<void>((resolve) => squatter.listen(Number(new URL(before).port), "127.0.0.1", resolve));
      try {
        const { changes, changed } = await project.json<ResultJson>(["up", "local"]);
        assert.notEqual(await server(), before);
        // The provider of an existing cluster is given its kubeconfig, and that has another port now.
        assert.deepEqual(
          changed.filter(({ urn }) => !urn.includes("pulumi:providers:")),
          [],
        );
        assert.equal(changes.create + changes.replace + changes.delete, 0);
        assert.ok(changes.same > 40);
      } finally {
        squatter.close();
      }
    });
  });
});
