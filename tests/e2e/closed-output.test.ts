import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { placesOf, stackPaths } from "../../sandbox/driver/paths.ts";
import { TemporaryProject } from "../support/mesh-command.ts";

describe("a command whose reader went away", function () {
  this.timeout(300_000);
  let project: TemporaryProject;
  beforeEach(() => {
    project = new TemporaryProject();
  });
  afterEach(async () => {
    await project.remove();
  });

  it("does its work to the end, and frees the stack", async () => {
    const { child, outcome } = project.start(["preview", "dev"]);
    child.stdout?.destroy();
    child.stderr?.destroy();
    assert.equal((await outcome).code, 0);
    const { lock, checkpoint } = stackPaths(placesOf({ projectDir: project.dir }), "dev");
    assert.ok(existsSync(checkpoint), "the preview was never begun");
    assert.equal(existsSync(lock), false);
  });
});
