import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { generatedFiles } from "./reference.ts";
import { PROJECT_DIRECTORY } from "../../tests/support/stacks.ts";

describe("generated files", () => {
  for (const { path, content } of generatedFiles()) {
    it(`${path} says what the schemas say`, () => {
      assert.equal(readFileSync(join(PROJECT_DIRECTORY, path), "utf8"), content, "make it again: npm run docs");
    });
  }

  it("describe every key", () => {
    const undescribed = generatedFiles()[1]
      ?.content.split("\n")
      .filter((line) => /^\| `[^`]+` \|.*\| {2}\|$/.test(line));
    assert.deepEqual(undescribed, []);
  });
});
