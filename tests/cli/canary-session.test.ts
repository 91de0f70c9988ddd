import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CanarySession } from "../../cli/canary/session.ts";
import type { CommandError } from "../../mesh/stack/errors.ts";

const CATALOG = `name: tiny
namespace: tiny
hosts: [tiny.example.com]
services:
  web:
    replicas: { min: 1, max: 1 }
    versions: { v1: {}, v2: {} }
    canary: { version: v2, phase: 1 }
    routes: [{ prefix: / }]
  shop:
    replicas: { min: 1, max: 1 }
    versions: { v1: {}, v2: {} }
    canary: { version: v2, phase: 1 }
    trafficManagedBy: flagger
  plain: { replicas: { min: 1, max: 1 } }
`;
const STACK = `config:
  ecommerce-mesh:platform: { kind: kubeconfig, context: none }
  ecommerce-mesh:catalog: { name: tiny }
  ecommerce-mesh:security: { profile: development }
`;
const FILES = { "Pulumi.tiny.yaml": STACK, "catalogs/tiny.yaml": CATALOG, "README.md": "a shop\n" };

describe("a canary is not touched", () => {
  let projectDir: string;
  const path = (file: string) => join(projectDir, file);
  const session = (service: string) => new CanarySession({ projectDir, sandboxDir: path(".sandbox") }, "tiny", service);
  const git = (...args: string[]) =>
    execFileSync("git", ["-C", projectDir, "-c", "user.name=test", "-c", "user.email=test@example.com", ...args]);
  const commit = () => {
    git("init", "--quiet");
    git("add", "--all");
    git("commit", "--quiet", "--message", "start");
  };

  /** What the command is refused with, and that no file is another one than before. */
  async function refusal(service: string): Promise<Pick<CommandError, "code" | "message">> {
    const files = Object.keys(FILES);
    const before = files.map((file) => readFileSync(path(file), "utf8"));
    const error = await Promise.resolve()
      .then(() => session(service).assertChangeable())
      .then(
        () => assert.fail("it was not refused"),
        (error: unknown) => error as CommandError,
      );
    assert.deepEqual(
      files.map((file) => readFileSync(path(file), "utf8")),
      before,
    );
    assert.match(error.message, /nothing was changed/);
    return error;
  }

  beforeEach(() => {
    projectDir = mkdtempSync(join(tmpdir(), "mesh-canary-"));
    mkdirSync(path("catalogs"));
    for (const [file, content] of Object.entries(FILES)) {
      writeFileSync(path(file), content);
    }
  });
  afterEach(() => {
    rmSync(projectDir, { recursive: true, force: true });
  });

  it("where another controller shifts it", async () => {
    commit();
    const { code, message } = await refusal("shop");
    assert.equal(code, "canary.managed");
    assert.match(message, /flagger shifts the weights of shop/);
  });

  it("where there is none, or no such service", async () => {
    commit();
    assert.equal((await refusal("plain")).code, "canary.none");
    assert.match((await refusal("wep")).message, /no service named wep/);
  });

  it("without a repository that tells foreign changes", async () => {
    const { code, message } = await refusal("web");
    assert.equal(code, "canary.git");
    assert.match(message, /is no git repository/);
  });

  for (const file of Object.keys(FILES)) {
    it(`while ${file} has changes that are not committed`, async () => {
      commit();
      appendFileSync(path(file), "# mine\n");
      const { code, message } = await refusal("web");
      assert.equal(code, "canary.dirty");
      assert.ok(message.startsWith(`${file}: changes that are not committed`), message);
    });
  }

  it("but in a clean tree it is, also with files that git does not keep, and after its own edit", async () => {
    commit();
    writeFileSync(path("notes.txt"), "mine\n");
    await session("web").assertChangeable();
    assert.deepEqual(session("web").write({ kind: "next" }), {
      from: 10,
      to: 25,
      path: "services.web.canary.phase",
    });
    await session("web").assertChangeable();
    appendFileSync(path("catalogs/tiny.yaml"), "# mine\n");
    assert.equal((await refusal("web")).code, "canary.dirty");
  });
});
