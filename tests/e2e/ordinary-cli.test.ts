import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { program } from "../../components/program.ts";
import { serveCloud } from "../../sandbox/providers/index.ts";
import { installKubernetesProvider } from "../../sandbox/driver/kubernetes-provider.ts";
import { ensureToolchain } from "../../sandbox/toolchain/index.ts";
import { serveNodeLanguageHost } from "../support/node-language-host.ts";
import { record } from "../support/record.ts";
import { PROJECT_DIRECTORY, settingsOf } from "../support/stacks.ts";

const run = promisify(execFile);

/** What somebody who clones the project has, and the CLI reads. */
const PROJECT_FILES = ["Pulumi.yaml", "Pulumi.prod.yaml", "index.ts", "package.json", "tsconfig.json", "catalogs"];
const SOURCES = ["components", "mesh", "analysis", "policy"];

interface PreviewJson {
  readonly steps: readonly { readonly op: string; readonly urn: string }[];
}

describe("the ordinary CLI", function () {
  this.timeout(300_000);
  let directory: string;
  let closers: (() => unknown)[];
  let environment: Record<string, string>;
  let pulumi: string;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "mesh-cli-"));
    closers = [];
    for (const file of [...PROJECT_FILES, ...SOURCES]) {
      cpSync(join(PROJECT_DIRECTORY, file), join(directory, file), { recursive: true });
    }
    symlinkSync(join(PROJECT_DIRECTORY, "node_modules"), join(directory, "node_modules"));
    mkdirSync(join(directory, "backend"));
    const toolchain = await ensureToolchain(() => undefined);
    pulumi = toolchain.pulumi;
    const unreachable = () => Promise.reject(new Error("a preview of a new stack reads no cluster"));
    const cloud = await serveCloud({
      storePath: join(directory, "cloud.json"),
      clusterAccess: unreachable,
      onNodeGroup: unreachable,
    });
    closers.push(() => cloud.close());
    const pulumiHome = join(directory, "pulumi-home");
    installKubernetesProvider({ pulumiHome, home: directory }, toolchain);
    const host = await serveNodeLanguageHost();
    closers.push(() => host.close());
    environment = {
      PATH: [writePolicyHost(directory), process.env["PATH"] ?? ""].join(delimiter),
      HOME: directory,
      PULUMI_HOME: pulumiHome,
      PULUMI_BACKEND_URL: `file://${join(directory, "backend")}`,
      PULUMI_CONFIG_PASSPHRASE: "a passphrase of a test",
      PULUMI_DEBUG_PROVIDERS: cloud.debugProviders,
      PULUMI_DEBUG_LANGUAGES: host.debugLanguages,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    };
    await cli("stack", "init", "prod");
  });

  after(async () => {
    for (const close of closers) {
      await close();
    }
    rmSync(directory, { recursive: true, force: true });
  });

  async function cli(...commandLine: string[]): Promise<string> {
    const { stdout } = await run(pulumi, [...commandLine, "--non-interactive"], {
      cwd: directory,
      env: environment,
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  }

  it("runs index.ts from the project's own files, passes the policy pack, and previews the URNs of the program that the sandbox runs", async () => {
    const preview = JSON.parse(
      await cli("preview", "--stack", "prod", "--json", "--policy-pack", "policy"),
    ) as PreviewJson;
    const recorded = await record(() => program(), { stack: "prod", settings: settingsOf("prod"), preview: true });
    const previewed = preview.steps.filter(({ op }) => op === "create").map(({ urn }) => identity(urn));
    const own = new Set(recorded.map(({ urn }) => identity(urn)));
    assert.deepEqual(previewed.filter((urn) => own.has(urn)).sort(), [...own].sort());
    // Beside ours, only what the remote EKS components make below themselves.
    const others = preview.steps.map(({ urn }) => urn).filter((urn) => !own.has(identity(urn)));
    assert.deepEqual(
      others.filter((urn) => !/\$eks:index:(Cluster|ManagedNodeGroup)\$/.test(urn)),
      [],
    );
  });

  it("is stopped by the policy pack where a stack excepts itself from the program's own checks", async () => {
    await cli(
      "config",
      "set",
      "--stack",
      "prod",
      "--path",
      "ecommerce-mesh:services.cart.image",
      "example.com/cart:latest",
    );
    await cli(
      "config",
      "set",
      "--stack",
      "prod",
      "--path",
      "ecommerce-mesh:security.exceptions.mutable-image",
      "A test of the policy pack",
    );
    const refused = await cli("preview", "--stack", "prod", "--policy-pack", "policy").then(
      () => assert.fail("the preview passed"),
      (error: unknown) => error as { readonly stdout: string; readonly stderr: string },
    );
    assert.match(refused.stdout, /\[mandatory\].*no-latest-image/);
    assert.match(refused.stdout, /container cart: example\.com\/cart:latest can change/);
    await cli("config", "rm", "--stack", "prod", "--path", "ecommerce-mesh:services.cart.image");
  });

  it("ends with one sentence for each problem of the configuration, and without a stack trace", async () => {
    await cli("config", "set", "--stack", "prod", "--path", "ecommerce-mesh:mesh.istiod.replicas.min", "0");
    const failure = await cli("preview", "--stack", "prod").then(
      () => assert.fail("the preview passed"),
      (error: unknown) => error as { readonly stdout: string; readonly code: number },
    );
    assert.notEqual(failure.code, 0);
    assert.match(failure.stdout, /Pulumi\.prod\.yaml: mesh\.istiod\.replicas\.min: expected at least 1; got 0/);
    assert.doesNotMatch(failure.stdout, /\n\s+at .*\.ts:\d+/);
    await cli("config", "rm", "--stack", "prod", "--path", "ecommerce-mesh:mesh.istiod");
  });

  it("refuses a secret that was set in plain text, and takes it encrypted", async () => {
    const set = (...flags: string[]) =>
      cli("config", "set", "--stack", "prod", ...flags, "ecommerce-mesh:remoteKubeconfig-eu-2", "apiVersion: v1");
    const problemsOf = async () =>
      cli("preview", "--stack", "prod").then(
        () => assert.fail("the preview passed"),
        (error: unknown) => (error as { readonly stdout: string }).stdout,
      );
    await set("--plaintext");
    assert.match(
      await problemsOf(),
      /remoteKubeconfig-eu-2: expected a secret; got plain text \(pulumi config set --secret/,
    );
    await set("--secret");
    // Nothing in this stack asks for it: that is said, and no more.
    const found = await problemsOf();
    assert.doesNotMatch(found, /got plain text/);
    assert.match(found, /remoteKubeconfig-eu-2: nothing asks for this secret/);
    await cli("config", "rm", "--stack", "prod", "ecommerce-mesh:remoteKubeconfig-eu-2");
  });

  it("leaves the settings file as it was, but for what it was told to set", () => {
    const text = readFileSync(join(directory, "Pulumi.prod.yaml"), "utf8");
    assert.match(text, /# Production: survives the loss of a zone/);
  });
});

/**
 * Stands in for the part of `pulumi-language-nodejs` that starts policy packs: like it, it starts the SDK's own runner in the
 * pack's folder. The engine looks for a program of this name on PATH.
 * @returns the folder to put there
 */
function writePolicyHost(directory: string): string {
  const bin = join(directory, "bin");
  const runner = join(PROJECT_DIRECTORY, "node_modules/@pulumi/pulumi/cmd/run-policy-pack");
  mkdirSync(bin);
  writeFileSync(
    join(bin, "pulumi-analyzer-policy-nodejs"),
    `#!/bin/sh\nexec "${process.execPath}" "${runner}" "$1" "$2"\n`,
    { mode: 0o755 },
  );
  return bin;
}

/** Parent's type, type and name of a URN. The mock engine knows no grandparents, and the real one names no stack. */
function identity(urn: string): string {
  const [, , types = "", name = ""] = urn.split("::");
  return `${types
    .split("$")
    .filter((type) => type !== "pulumi:pulumi:Stack")
    .slice(-2)
    .join("$")}::${name}`;
}
