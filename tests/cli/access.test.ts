import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { accessAt, accessOfStack } from "../../cli/stack/access-of-stack.ts";
import { accessLines, accessMarkdown, changeLines, changeMarkdown } from "../../cli/output/access.ts";
import { accessChanges } from "../../analysis/access/diff.ts";
import { PROJECT_DIRECTORY } from "../support/stacks.ts";

const edges = accessOfStack(PROJECT_DIRECTORY, "prod");

describe("which service can call which, as the command prints it", () => {
  it("is a list by callee, with who may ask what and by which object, and who is refused by which", () => {
    const text = accessLines("prod", edges, {}).join("\n");
    assert.match(text, /^prod: which service can call which \(\d+ of \d+ ordered pairs\)$/m);
    assert.match(
      text,
      /^payment\n {2}order +POST: \/api\/v1\/process-payment, \/api\/v1\/process-payment\/\*\n +by AuthorizationPolicy ecommerce\/payment-from-order, /m,
    );
    assert.match(
      text,
      /^ {2}refused: ratelimit, product, cart, user, istio-egressgateway, rate-limit\/redis, by AuthorizationPolicy ecommerce\/deny-all$/m,
    );
    assert.match(text, /^ {2}refused: outside, by PeerAuthentication istio-system\/default$/m);
  });

  it("is a table a callee in Markdown, with stars that stay stars", () => {
    const text = accessMarkdown("prod", edges).join("\n");
    assert.match(text, /^## payment$/m);
    assert.match(
      text,
      /^\| order \| POST: \/api\/v1\/process-payment, \/api\/v1\/process-payment\/\\\* \| AuthorizationPolicy/m,
    );
    assert.match(text, /^\| outside \| nothing \| PeerAuthentication istio-system\/default \|$/m);
  });
});

describe("what a change opens and closes since a commit", () => {
  let project: string;
  const git = (...args: string[]) => {
    const who = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
    return execFileSync("git", [...who, ...args], {
      cwd: project,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  };
  const edit = (file: string, from: string, to: string) => {
    const text = readFileSync(join(project, file), "utf8");
    assert.ok(text.includes(from));
    writeFileSync(join(project, file), text.replace(from, to));
  };

  before(() => {
    project = mkdtempSync(join(tmpdir(), "access-test-"));
    for (const file of ["Pulumi.yaml", "Pulumi.prod.yaml", "catalogs"]) {
      cpSync(join(PROJECT_DIRECTORY, file), join(project, file), { recursive: true });
    }
    git("init", "-q");
    git("add", "-A");
    git("commit", "-q", "-m", "one");
  });
  after(() => {
    rmSync(project, { recursive: true, force: true });
  });

  it("is said in one line when it is nothing", () => {
    const changes = accessChanges(accessAt(project, "prod", "HEAD"), accessOfStack(project, "prod"));
    assert.deepEqual(changeLines("prod", "HEAD", changes), ["prod: the same callers may ask the same as at HEAD"]);
  });

  it("is a line for each permission that comes and each that goes", () => {
    edit("catalogs/ecommerce.yaml", "methods: [GET]\n", "methods: [GET, DELETE]\n");
    const changes = accessChanges(accessAt(project, "prod", "HEAD"), accessOfStack(project, "prod"));
    assert.deepEqual(changeLines("prod", "HEAD", changes).slice(1), [
      "- cart -> product: GET: /products, /products/*",
      "+ cart -> product: GET, DELETE: /products, /products/*",
    ]);
    assert.ok(changeMarkdown("prod", "HEAD", changes).includes("```diff"));
  });

  it("reads settings that a younger rule would refuse", () => {
    edit("Pulumi.prod.yaml", "image-digest:", "self-signed:");
    git("commit", "-q", "-a", "-m", "two");
    assert.ok(accessAt(project, "prod", "HEAD").length > 0);
  });

  it("takes a stack that was not there for closed, and names what git cannot read", () => {
    assert.deepEqual(accessAt(project, "staging", "HEAD"), []);
    assert.throws(() => accessAt(project, "prod", "nowhere"), { code: "access.git" });
    assert.throws(() => accessAt(project, "prod", "--output=x"), { code: "access.git" });
  });
});
