import assert from "node:assert/strict";
import { readStackFile } from "../../mesh/load/load.ts";
import { worldOf } from "../../cli/stack/stack-world.ts";
import { PROJECT_DIRECTORY } from "../../tests/support/stacks.ts";
import { ask, split } from "../../tests/support/explain.ts";

/** What the shop's walk-through shows with curl, asked of the objects of each stack. */
for (const stack of ["dev", "prod"]) {
  describe(`explain: the shop on ${stack}`, () => {
    const world = worldOf(readStackFile(PROJECT_DIRECTORY, stack));
    const host = "https://ecommerce.example.com";

    it("splits product 80 to 20, from outside and inside alike", () => {
      assert.equal(split(ask(world, `GET ${host}/products/7`)), "v1 0.8, v2 0.2");
      assert.equal(split(ask(world, "GET http://product:8080/products", [], "cart")), "v1 0.8, v2 0.2");
    });

    it("routes each prefix to its service, and not what only starts alike", () => {
      for (const [path, service] of [
        ["/cart", "cart"],
        ["/orders/1", "order"],
        ["/users/1", "user"],
      ] as const) {
        assert.deepEqual(
          ask(world, `GET ${host}${path}`).answers.map((answer) => answer.service),
          [service],
          path,
        );
      }
      assert.equal(ask(world, `GET ${host}/cartoons`).status, 404);
    });

    it("keeps payment from everybody but order, and order to its one path", () => {
      assert.deepEqual(
        [403, true],
        [ask(world, `POST ${host}/payment`).status, ask(world, `POST ${host}/payment`).denied],
      );
      const pay = "POST http://payment:8080/api/v1/process-payment";
      assert.equal(ask(world, pay, [], "order").status, 200);
      // cart's proxy knows payment neither by name nor by certificate.
      assert.ok([502, 503].includes(ask(world, pay, [], "cart").status ?? 0));
      assert.equal(ask(world, "POST http://payment:8080/api/v1/refund", [], "order").status, 403);
      assert.deepEqual(ask(world, pay, [], "order").callers?.allowed, ["order"]);
    });
  });
}
