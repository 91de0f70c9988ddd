import assert from "node:assert/strict";
import { program } from "../../components/program.ts";
import { record, type Registered } from "../support/record.ts";
import { settingsOf } from "../support/stacks.ts";

/** The graph of prod with these overrides of services. */
async function prod(services: object): Promise<Map<string, Registered>> {
  const settings = { ...settingsOf("prod"), "ecommerce-mesh:services": JSON.stringify(services) };
  const registered = await record(() => program(), { stack: "prod", settings });
  return new Map(registered.map((resource) => [resource.urn, resource]));
}

const CART = { versions: { v1: {}, v2: {} } };

describe("a canary in the graph", () => {
  it("changes one VirtualService and nothing else with its weight", async () => {
    const before = await prod({ cart: { ...CART, canary: { version: "v2", phase: 1 } } });
    const after = await prod({ cart: { ...CART, canary: { version: "v2", phase: 2 } } });
    assert.deepEqual([...after.keys()].sort(), [...before.keys()].sort());
    const changed = [...after.values()].filter(
      ({ urn, inputs }) => JSON.stringify(inputs) !== JSON.stringify(before.get(urn)?.inputs),
    );
    assert.deepEqual(
      changed.map(({ name }) => name),
      ["traffic-virtualservice-cart"],
    );
  });

  it("leaves its weights, and nothing else, to a controller that the catalog names", async () => {
    const graph = await prod({
      cart: { ...CART, canary: { version: "v2", phase: 1 }, trafficManagedBy: "argo-rollouts" },
    });
    const ignoring = [...graph.values()].filter(({ ignoreChanges }) => ignoreChanges.length > 0);
    assert.deepEqual(
      ignoring.map(({ name, ignoreChanges }) => [name, ignoreChanges]),
      [["traffic-virtualservice-cart", ["spec.http[0].route[0].weight", "spec.http[0].route[1].weight"]]],
    );
  });
});
