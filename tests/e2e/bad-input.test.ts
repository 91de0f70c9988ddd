import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import type { ErrorJson } from "../../cli/error.ts";
import type { ResultJson } from "../../cli/output/result-json.ts";
import { lastJson, TemporaryProject, type CommandOutcome } from "../support/mesh-command.ts";

/** Each ends with one clear message, without a stack trace, and with nothing begun. */
describe("bad input to the command", function () {
  this.timeout(300_000);
  let project: TemporaryProject;
  beforeEach(() => {
    project = new TemporaryProject();
  });
  afterEach(async () => {
    await project.remove();
  });

  function failure({ code, stdout, stderr }: CommandOutcome, expected = 1): ErrorJson["error"] {
    assert.equal(code, expected, stderr);
    assert.match(stderr, /^error: /m);
    assert.doesNotMatch(stderr, /^\s+at /m);
    assert.doesNotMatch(stderr, /fault of the program itself/);
    const { error } = lastJson<ErrorJson>(stdout);
    assert.ok(error.message !== "" && error.problems.length > 0);
    return error;
  }

  it("an unknown stack: the stacks that there are", async () => {
    for (const command of ["up", "preview", "destroy", "status", "down", "kubeconfig", "cost"]) {
      const error = failure(await project.run([command, "prd", "--json"]));
      assert.equal(error.code, "stack.unknown", command);
      assert.match(error.problems[0]?.remediation ?? "", /dev, local, prod, staging/);
    }
    assert.equal(existsSync(project.path(".sandbox")), false);
  });

  const settings: readonly [what: string, from: string | RegExp, to: string, path: RegExp][] = [
    ["malformed YAML", "config:", "config: [", /^/],
    ["an unknown key", "  ecommerce-mesh:mesh:", "  ecommerce-mesh:mesh:\n    versoin: 1.30.7", /^mesh/],
    ["a wrong type", "nat: single", "nat: 3", /^network\.nat$/],
    ["CIDRs that overlap", "cidr: 10.10.0.0/16", "cidr: 172.20.0.0/16", /^(network|cluster)/],
  ];
  for (const [what, from, to, path] of settings) {
    it(`${what} in the settings: the key's path`, async () => {
      project.edit("Pulumi.dev.yaml", from, to);
      const error = failure(await project.run(["up", "dev", "--json"]));
      assert.equal(error.code, "config.invalid");
      assert.match(error.problems[0]?.path ?? "", path);
      assert.equal(existsSync(project.path(".sandbox", "dev", "control-plane")), false);
    });
  }

  it("a mesh whose certificates nobody here signs: refused, and not waited for", async () => {
    project.edit("Pulumi.local.yaml", "count: 3", "count: 6");
    project.edit(
      "Pulumi.local.yaml",
      "  ecommerce-mesh:mesh:",
      "  ecommerce-mesh:mesh:\n    istioCsr: { enabled: true }",
    );
    const [problem] = failure(await project.run(["up", "local", "--json"])).problems;
    assert.equal(problem?.path, "mesh.istioCsr.enabled");
    assert.equal(existsSync(project.path(".sandbox", "local", "control-plane")), false);
  });

  it("several problems in the catalog: all at once", async () => {
    project.edit("catalogs/ecommerce.yaml", "weight: 20", "phase: 9");
    project.edit("catalogs/ecommerce.yaml", "to: user", "to: users");
    const error = failure(await project.run(["preview", "prod", "--json"]));
    const paths = error.problems.map(({ path }) => path).join(" ");
    assert.match(paths, /product/);
    assert.match(paths, /order/);
  });

  it("a region without prices: the regions that have them", async () => {
    project.edit("Pulumi.dev.yaml", /eu-west-1/g, "sa-east-1");
    const error = failure(await project.run(["cost", "prod", "dev", "--json"]));
    assert.equal(error.code, "config.invalid");
    const [problem] = error.problems;
    assert.equal(problem?.path, "platform.region");
    assert.match(problem.remediation ?? "", /us-east-1/);
  });

  it("wrong arguments: exit code 2", async () => {
    for (const args of [["up"], ["up", "dev", "--jsno"], ["upp", "dev"], ["render", "dev"], ["cost"]]) {
      assert.equal(failure(await project.run([...args, "--json"]), 2).code, "usage");
    }
  });

  it("no project here: where it was looked for", async () => {
    const error = failure(await project.run(["up", "dev", "--json", "--project", project.path("catalogs")]));
    assert.equal(error.code, "project.missing");
  });

  it("no Go and nothing in the cache: which Go is needed", async () => {
    // Nothing listens at this index either: else Go would be fetched.
    const index = "http://127.0.0.1:9/simple";
    const environment = { MESH_CACHE_DIR: project.path("cache"), PATH: "/nonexistent", PIP_INDEX_URL: index };
    const error = failure(await project.run(["preview", "dev", "--json"], { environment }));
    assert.equal(error.code, "toolchain.go-missing");
    assert.match(error.message + (error.problems[0]?.remediation ?? ""), /Go 1\.\d+/);
  });

  it("a broken state file: what to do, and the file stays", async () => {
    await project.json<ResultJson>(["preview", "local"]);
    writeFileSync(project.path(".sandbox/local/backend/.pulumi/stacks/ecommerce-mesh/local.json"), "{");
    const error = failure(await project.run(["up", "local", "--json"]));
    assert.equal(error.code, "state.unreadable");
  });

  it("a resource that fails: its name and the reason, and the next up finishes", async () => {
    project.shrink("local");
    const faults = [
      {
        type: "kubernetes:core/v1:Service",
        name: "backend",
        op: "create",
        action: "fail",
        message: "quota",
      },
    ] as const;
    // Nothing of it is about what runs in pods.
    const environment = { MESH_PODS: "placed" };
    const error = failure(await project.run(["up", "local", "--json"], { faults, environment }));
    assert.equal(error.code, "engine.failed");
    assert.match(error.message, /one resource failed/);
    assert.match(error.problems[0]?.path ?? "", /::workloads-service-backend$/);
    assert.match(error.problems[0]?.message ?? "", /quota/);
    assert.equal((await project.run(["up", "local"], { environment })).code, 0);
  });
});
