import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readStackFile } from "../../../mesh/load/load.ts";
import { sandboxedStacks } from "../../../sandbox/driver/commands/down.ts";
import { placesOf, stackPaths } from "../../../sandbox/driver/paths.ts";
import { prepareProject } from "../../../sandbox/driver/project.ts";
import { PROJECT_DIRECTORY } from "../../support/stacks.ts";

describe("a stack's project in the sandbox", () => {
  let sandboxDir: string;
  beforeEach(() => {
    sandboxDir = mkdtempSync(join(tmpdir(), "mesh-project-"));
  });
  afterEach(() => rmSync(sandboxDir, { recursive: true, force: true }));

  const places = () => placesOf({ projectDir: PROJECT_DIRECTORY, sandboxDir });
  const paths = () => stackPaths(places(), "dev");
  const dev = () => readStackFile(PROJECT_DIRECTORY, "dev");
  const writeState = (resources: readonly object[]): void => {
    mkdirSync(dirname(paths().checkpoint), { recursive: true });
    writeFileSync(paths().checkpoint, JSON.stringify({ version: 3, checkpoint: { latest: { resources } } }));
  };

  it("is refused when the passphrase of its state is gone, with the way out, which `down --purge` finds", async () => {
    writeState([{ urn: "u", type: "aws:ec2/vpc:Vpc", custom: true }]);
    await assert.rejects(prepareProject(paths(), dev(), "kubeconfig"), {
      code: "state.passphrase-lost",
      message: /the state of dev is encrypted, and its passphrase is gone: .*\/dev\/passphrase$/,
      remediation: /down --purge dev/,
    });
    assert.deepEqual(sandboxedStacks(places()), ["dev"]);
  });

  it("gets a new passphrase while there is no state, and keeps it", async () => {
    const first = await prepareProject(paths(), dev(), "kubeconfig");
    writeState([{ urn: "u", type: "aws:ec2/vpc:Vpc", custom: true }]);
    assert.equal((await prepareProject(paths(), dev(), "kubeconfig")).passphrase, first.passphrase);
  });
});
