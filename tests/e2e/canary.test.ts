import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { ErrorJson } from "../../cli/error.ts";
import { lastJson, TemporaryProject } from "../support/mesh-command.ts";

const CATALOG = `name: tiny
namespace: tiny
hosts: [tiny.example.com]
services:
  web:
    versions: { v1: {}, v2: {} }
    routes: [{ prefix: / }]
  plain: {}
`;
const STACK = `# one service
config:
  ecommerce-mesh:platform: { kind: kubeconfig, context: none }
  ecommerce-mesh:catalog: { name: tiny }
  ecommerce-mesh:security: { profile: development }
  ecommerce-mesh:services:
    web:
      canary:
        version: v2
        phase: 0 # nothing yet
        phases: [50, 100]
        analysis: { windowSeconds: 1, maximumWindows: 2 }
`;

describe("mesh canary", function () {
  this.timeout(300_000);
  let project: TemporaryProject;
  let prometheus: Server;
  let url: string;
  /** Success rate that Prometheus reports next, in per cent. */
  let successRate: number;

  const stackFile = () => readFileSync(project.path("Pulumi.tiny.yaml"), "utf8");
  /** What the command of --apply saw in the stack's file, one run a line. */
  const applied = () =>
    existsSync(project.path("applied")) ? readFileSync(project.path("applied"), "utf8").trim().split("\n") : [];
  const APPLY = "grep -o 'phase: [0-9]' Pulumi.tiny.yaml >> applied";
  const unattended = () => [
    "canary",
    "web",
    "--stack",
    "tiny",
    "next",
    "--all",
    "--analyse",
    "--yes",
    "--prometheus",
    url,
    "--apply",
    APPLY,
  ];
  const git = (...args: string[]) =>
    execFileSync("git", ["-C", project.dir, "-c", "user.name=test", "-c", "user.email=test@example.com", ...args]);

  before(async () => {
    prometheus = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        const query = new URLSearchParams(body).get("query") ?? "";
        const value = query.includes("increase") ? 500 : query.includes("quantile") ? 40 : successRate;
        const data = { resultType: "vector", result: [{ metric: {}, value: [1, String(value)] }] };
        response
          .writeHead(200, { "content-type": "application/json" })
          .end(JSON.stringify({ status: "success", data }));
      });
    });
    await new Promise<void>((resolve) => prometheus.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(prometheus.address() as AddressInfo).port}`;
  });
  after(async () => {
    prometheus.closeAllConnections();
    await new Promise((resolve) => prometheus.close(resolve));
  });
  beforeEach(() => {
    successRate = 100;
    project = new TemporaryProject();
    writeFileSync(project.path("catalogs", "tiny.yaml"), CATALOG);
    writeFileSync(project.path("Pulumi.tiny.yaml"), STACK);
    writeFileSync(project.path(".gitignore"), ".sandbox\n");
    git("init", "--quiet");
    git("add", "--all");
    git("commit", "--quiet", "--message", "start");
  });
  afterEach(async () => {
    await project.remove();
  });

  it("drives every phase to the end while Prometheus agrees, and keeps the file's comments", async () => {
    const end = await project.json<{ outcome: string; to: number }>(unattended());
    assert.deepEqual([end.outcome, end.to], ["complete", 100]);
    assert.deepEqual(applied(), ["phase: 0", "phase: 1", "phase: 2"]);
    assert.equal(stackFile(), STACK.replace("phase: 0", "phase: 2"));
  });

  it("rolls back by itself when the success rate falls, and says why", async () => {
    successRate = 90;
    const { code, stdout } = await project.run([...unattended(), "--json"]);
    assert.equal(code, 1);
    const { error } = lastJson<ErrorJson>(stdout);
    assert.equal(error.code, "canary.rolled-back");
    assert.match(error.message, /rolled back to 0 %: at 50 %: success rate 90.00 %/);
    assert.deepEqual(applied(), ["phase: 0", "phase: 1", "phase: 0"]);
    assert.equal(stackFile(), STACK);
  });

  it("survives being interrupted: the next run goes on in the phase where it was", async () => {
    project.edit("Pulumi.tiny.yaml", "windowSeconds: 1", "windowSeconds: 600");
    git("commit", "--all", "--quiet", "--message", "slow");
    const running = project.start(unattended());
    const end = Date.now() + 180_000;
    while (!running.stderr().includes("50 %: watching") && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    running.child.kill("SIGINT");
    const { code, stderr } = await running.outcome;
    assert.equal(code, 130, stderr);
    assert.match(stackFile(), /phase: 1/);

    project.edit("Pulumi.tiny.yaml", "windowSeconds: 600", "windowSeconds: 1");
    git("commit", "--all", "--quiet", "--message", "fast");
    assert.equal((await project.json<{ to: number }>(unattended())).to, 100);
    assert.deepEqual(applied(), ["phase: 0", "phase: 1", "phase: 1", "phase: 2"]);
  });

  it("edits and previews without --yes, and takes its own edit for no foreign change", async () => {
    type Step = { from: number; to: number; applied: boolean; changes: string[] };
    const step = await project.json<Step>(["canary", "web", "--stack", "tiny", "set", "50"]);
    assert.deepEqual([step.from, step.to, step.applied], [0, 50, false]);
    assert.ok(step.changes.some((urn) => urn.includes("VirtualService")));
    const next = await project.json<Step>(["canary", "web", "--stack", "tiny", "next", "--yes", "--apply", APPLY]);
    assert.deepEqual([next.to, next.applied, applied()], [100, true, ["phase: 2"]]);
    const back = await project.json<Step>(["canary", "web", "--stack", "tiny", "rollback", "--yes", "--apply", APPLY]);
    assert.equal(back.to, 0);
    const status = await project.json<{ percent: number; next: number }>([
      "canary",
      "web",
      "--stack",
      "tiny",
      "status",
    ]);
    assert.deepEqual([status.percent, status.next], [0, 50]);
  });

  it("changes nothing and says why: foreign changes, no canary, no such share", async () => {
    for (const [args, dirt, reason] of [
      [["web", "--stack", "tiny", "next"], "# mine\n", /changes that are not committed/],
      [["plain", "--stack", "tiny", "next"], "", /plain has no canary \(those that have: web\)/],
      [["wep", "--stack", "tiny", "next"], "", /no service named wep/],
      [["web", "--stack", "tiny", "rollback"], "", /v2 already gets 0 %/],
      [["web", "--stack", "tiny", "set", "101"], "", /from 0 to 100/],
    ] as const) {
      writeFileSync(project.path("Pulumi.tiny.yaml"), STACK + dirt);
      const { code, stdout } = await project.run(["canary", ...args, "--yes", "--apply", APPLY, "--json"]);
      assert.equal(code, 1, args.join(" "));
      assert.match(lastJson<ErrorJson>(stdout).error.message, reason);
      assert.equal(stackFile(), STACK + dirt);
      assert.deepEqual(applied(), []);
    }
  });
});
