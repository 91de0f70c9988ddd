import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { GO_MODULES_DIR } from "../../sandbox/toolchain/programs.ts";
import { GO_BUILD_MS, testGoPackages } from "../support/go-program.ts";

describe("the sandbox's own Go packages", function () {
  this.timeout(GO_BUILD_MS);

  it("pass the tests beside them", async () => {
    const module = join(GO_MODULES_DIR, "cluster");
    const files = readdirSync(join(module, "internal"), { recursive: true, encoding: "utf8" });
    const packages = new Set(files.filter((file) => file.endsWith("_test.go")).map((file) => dirname(file)));
    assert.ok(packages.size > 0);
    const passed = await testGoPackages(
      module,
      [...packages].map((name) => `./internal/${name}`),
    );
    assert.deepEqual(passed.map((name) => name.replace(/^.*\/internal\//, "")).sort(), [...packages].sort());
  });
});
