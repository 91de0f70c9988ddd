import assert from "node:assert/strict";
import type { ErrorJson } from "../../cli/error.ts";
import type { Explanation } from "../../analysis/explain/types.ts";
import { lastJson, TemporaryProject } from "../support/mesh-command.ts";

describe("mesh explain", () => {
  let project: TemporaryProject;
  before(() => {
    project = new TemporaryProject();
  });
  after(async () => {
    await project.remove();
  });

  it("prints one JSON object, from the stack's files alone", async () => {
    const explanation = await project.json<Explanation>([
      "explain",
      "prod",
      "GET http://product:8080/products",
      "--from",
      "cart",
    ]);
    assert.deepEqual(
      explanation.answers.map(({ version, probability }) => [version, probability]),
      [
        ["v1", 0.8],
        ["v2", 0.2],
      ],
    );
    assert.ok(explanation.trace.some(({ object }) => object === "VirtualService ecommerce/product"));
  });

  it("ends with 2 and one sentence when the request cannot be read or the caller is unknown", async () => {
    for (const [args, message] of [
      [["explain", "prod", "products"], /expected a method and a URL/],
      [["explain", "prod", "GET http://cart/", "-H", "no colon"], /expected a header/],
      [["explain", "prod", "GET http://cart/", "--from", "carts"], /no service named carts/],
    ] as const) {
      const { code, stdout } = await project.run([...args, "--json"]);
      assert.equal(code, 2);
      assert.match(lastJson<ErrorJson>(stdout).error.message, message);
    }
  });
});
