import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readStackFile } from "./load.ts";
import { ConfigError } from "../stack/errors.ts";
import { PROJECT_DIRECTORY } from "../../tests/support/stacks.ts";

describe("the production stack in README.md", () => {
  const readme = readFileSync(join(PROJECT_DIRECTORY, "README.md"), "utf8");
  const settings = /```yaml\n(config:[^`]+)```/.exec(readme)?.[1] ?? "";
  let directory: string;

  before(() => {
    directory = mkdtempSync(join(tmpdir(), "mesh-readme-"));
    cpSync(join(PROJECT_DIRECTORY, "Pulumi.yaml"), join(directory, "Pulumi.yaml"));
    cpSync(join(PROJECT_DIRECTORY, "catalogs"), join(directory, "catalogs"), { recursive: true });
  });
  after(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  function load(text: string) {
    writeFileSync(join(directory, "Pulumi.prod.yaml"), text);
    return readStackFile(directory, "prod");
  }

  it("is a whole stack", () => {
    const stack = load(settings);
    assert.equal(stack.config.security.profile, "production");
    assert.equal(stack.catalog.services["product"]?.canary?.weight, 10);
  });

  it("shows mistakes in the words that they get", () => {
    const weights = "    order:\n      versions: { v1: { weight: 70 }, v2: { weight: 20 } }\n";
    const mistaken = `${settings.replace("    product:\n", `${weights}    product:\n`)}  ecommerce-mesh:mesh:\n    version: 1.31.1\n    istiod: { replica: 2 }\n`;
    assert.throws(
      () => load(mistaken),
      (error: unknown) => {
        assert.ok(error instanceof ConfigError);
        const shown = readme.split("\n").filter((line) => line.startsWith("Pulumi.prod.yaml: "));
        assert.equal(shown.length, 3);
        shown.forEach((line) => assert.ok(error.message.includes(line), `${line}\nis not in\n${error.message}`));
        return true;
      },
    );
  });
});
