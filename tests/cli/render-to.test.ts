import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderTo } from "../../cli/stack/render-to.ts";
import { PROJECT_DIRECTORY } from "../support/stacks.ts";

describe("rendering into a folder", () => {
  let out: string;
  beforeEach(() => {
    out = mkdtempSync(join(tmpdir(), "mesh-render-"));
  });
  afterEach(() => rmSync(out, { recursive: true, force: true }));

  it("replaces what an earlier render left", () => {
    const stale = join(out, "objects", "ecommerce", "service-gone.yaml");
    const files = renderTo(PROJECT_DIRECTORY, "local", out);
    writeFileSync(stale, "");
    assert.deepEqual(renderTo(PROJECT_DIRECTORY, "local", out), files);
    assert.equal(existsSync(stale), false);
  });

  it("deletes no file that a render cannot have written", () => {
    const own = join(out, "objects", "src", "main.c");
    mkdirSync(join(out, "objects", "src"), { recursive: true });
    writeFileSync(own, "");
    assert.throws(() => renderTo(PROJECT_DIRECTORY, "local", out), { code: "render.foreign-files" });
    assert.ok(existsSync(own));
  });
});
