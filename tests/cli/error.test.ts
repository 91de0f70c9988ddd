import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { errorJson, errorLines } from "../../cli/error.ts";
import { UsageError } from "../../cli/support/exit-codes.ts";
import { ConfigError, CommandError } from "../../mesh/stack/errors.ts";
import { EngineFailure } from "../../sandbox/driver/errors.ts";

describe("an error as the command line prints it", () => {
  it("of the configuration lists every problem with its key path, and names another file where it lies there", () => {
    const error = new ConfigError("Pulumi.prod.yaml", [
      { path: "mesh.version", message: "expected a version", remediation: "1.30.7" },
      { path: "services.cart", message: "has no such callee", file: "catalogs/ecommerce.yaml" },
    ]);
    assert.deepEqual(errorJson(error), {
      error: {
        code: "config.invalid",
        message: "Pulumi.prod.yaml: 2 problems",
        problems: [
          { path: "mesh.version", message: "expected a version", remediation: "1.30.7" },
          { path: "catalogs/ecommerce.yaml: services.cart", message: "has no such callee", remediation: null },
        ],
      },
    });
    assert.deepEqual(errorLines(error), [
      "Pulumi.prod.yaml: 2 problems",
      "  Pulumi.prod.yaml: mesh.version: expected a version (1.30.7)",
      "  catalogs/ecommerce.yaml: services.cart: has no such callee",
    ]);
  });

  it("that stands alone is one line", () => {
    const error = new ConfigError("Pulumi.dev.yaml", [{ path: "network.cidr", message: "is too small" }]);
    assert.deepEqual(errorLines(error), ["Pulumi.dev.yaml: network.cidr: is too small"]);
  });

  it("of the sandbox carries its remediation as the remediation of its one problem", () => {
    const { error } = errorJson(new CommandError("toolchain.go-missing", "Go is missing", "Install Go 1.26"));
    assert.deepEqual(error.problems, [{ path: "", message: "Go is missing", remediation: "Install Go 1.26" }]);
  });

  it("of the engine names resources by kind and name for people, by URN for programs", () => {
    const urn = "urn:pulumi:dev::ecommerce-mesh::kubernetes:core/v1:Service::web";
    const failure = new EngineFailure(
      "up of dev failed: one resource failed",
      [{ path: urn, message: "no\nendpoints" }],
      "Mend it.",
    );
    assert.deepEqual(errorLines(failure), [
      "up of dev failed: one resource failed",
      "  Service web: no\n    endpoints",
      "Mend it.",
    ]);
    assert.equal(errorJson(failure).error.problems[0]?.path, urn);
  });

  it("of the arguments and of the program itself have codes of their own", () => {
    assert.equal(errorJson(new UsageError("unknown option")).error.code, "usage");
    assert.equal(errorJson(new TypeError("x is undefined")).error.code, "internal");
  });

  it("of a file that cannot be written is the machine's, not the program's", () => {
    assert.throws(
      () => mkdirSync("/dev/null/out"),
      (error) => errorJson(error).error.code === "file" && /\/dev\/null\/out/.test(errorJson(error).error.message),
    );
  });
});
