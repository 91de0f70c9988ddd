import assert from "node:assert/strict";
import fc from "fast-check";
import { stackObjects } from "../../mesh/inventory.ts";
import { CHECKS, killerOf } from "./checks/index.ts";
import { randomCatalog } from "../support/random-catalog.ts";
import { stackData } from "../support/stack-data.ts";

/**
 * The checks of the mutation test know the platform's needs too: gateways, istiod, DNS, probes, every addon, and pods that only look
 * like them. Here they look at call graphs that nobody wrote.
 */
describe("policies of random catalogs", function () {
  this.timeout(300_000);

  it("open what the services and the platform need, pod by pod and port by port, and nothing else", () => {
    fc.assert(
      fc.property(randomCatalog, fc.constantFrom("REGISTRY_ONLY", "ALLOW_ANY"), (catalog, outboundTraffic) => {
        const stack = { ...stackData({ mesh: { outboundTraffic } }), catalog };
        assert.equal(killerOf(stack, stackObjects(stack, "random"), CHECKS), undefined);
      }),
      { numRuns: 10 },
    );
  });
});
