import assert from "node:assert/strict";
import { stackObjects } from "../../mesh/inventory.ts";
import { CHECKS, killerOf } from "./checks/index.ts";
import { type Mutant, mutantsOf } from "./mutants/index.ts";
import { reasonOf } from "./reasons.ts";
import { mutatedStacks } from "./stacks.ts";

const STACKS = mutatedStacks().filter(([name]) => ["prod", "everything"].includes(name));

describe("the mutation test of policies", function () {
  this.timeout(600_000);

  for (const [name, stack] of STACKS) {
    const objects = stackObjects(stack, name);

    it(`lets ${name} pass as it is, and with a change that means nothing`, () => {
      assert.equal(killerOf(stack, objects), undefined);
      const renamed = objects.map((object) =>
        object.kind === "AuthorizationPolicy" || object.kind === "NetworkPolicy"
          ? { ...object, metadata: { ...object.metadata, labels: {} } }
          : object,
      );
      assert.equal(killerOf(stack, renamed), undefined);
    });

    it(`notices the removal of any policy of ${name}, and every tenth of the other mutants`, () => {
      const sample = mutantsOf(objects).filter(
        ({ name: what }, index) => what.endsWith(": removed") || index % 10 === 0,
      );
      assert.ok(sample.length > 100, `${sample.length} mutants`);
      const survivors = sample.filter((mutant) => killerOf(stack, mutant.objects) === undefined);
      assert.deepEqual(
        survivors.map((mutant) => `${name}: ${mutant.name}`).filter((mutant) => reasonOf(mutant) === undefined),
        [],
      );
    });
  }

  it("makes mutants of every kind of policy, and of what keeps pods small", () => {
    const kinds = STACKS.flatMap(([name, stack]) => mutantsOf(stackObjects(stack, name)).map(({ kind }) => kind));
    assert.deepEqual([...new Set(kinds)].sort(), [
      "AuthorizationPolicy",
      "Deployment",
      "LimitRange",
      "Namespace",
      "NetworkPolicy",
      "PeerAuthentication",
      "RequestAuthentication",
      "ResourceQuota",
      "ServiceAccount",
      "Sidecar",
    ]);
  });

  it("needs each of its checks", () => {
    const [, stack] = STACKS.find(([name]) => name === "everything") ?? assert.fail("no such stack");
    const mutants = mutantsOf(stackObjects(stack, "everything"));
    for (const [name, check] of Object.entries(CHECKS)) {
      const others = Object.fromEntries(Object.entries(CHECKS).filter(([other]) => other !== name));
      const alone = ({ objects }: Mutant) =>
        check(stack, objects) !== undefined && killerOf(stack, objects, others) === undefined;
      assert.ok(mutants.some(alone), name);
    }
  });

  it("takes no survivor for granted that has no reason", () => {
    assert.equal(reasonOf("prod: NetworkPolicy ecommerce/cart: removed"), undefined);
    assert.equal(reasonOf("prod: PeerAuthentication istio-system/default: PERMISSIVE"), undefined);
  });
});
