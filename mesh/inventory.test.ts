import assert from "node:assert/strict";
import { type ComponentPlan } from "./groups.ts";
import { inventory, stackObjects, stackReleases } from "./inventory.ts";
import { clusterName } from "./kubernetes/names.ts";
import { readStackFile } from "./load/load.ts";
import { PROJECT_DIRECTORY, STACKS } from "../tests/support/stacks.ts";

/** What groups wait for that no group makes: the component that registers them does. */
const MADE_BY_COMPONENTS = new Set(["cert-manager", "identity", "secret", "interruptions", "node-identity"]);
/** What components wait for that no component of the inventory is. */
const MADE_BY_THE_PLATFORM = new Set(["nodes", "ingress-namespace", "karpenter", "cert-manager", "rate-limit"]);

for (const stack of STACKS) {
  describe(`inventory: ${stack}`, () => {
    const data = readStackFile(PROJECT_DIRECTORY, stack);
    const name = clusterName(stack, data.config);
    const plans = inventory(data, name);

    it("waits for groups that come before", () => {
      const check = ({ name: component, groups }: ComponentPlan, outer: ReadonlySet<string>) => {
        const before = new Set([...outer, ...MADE_BY_COMPONENTS]);
        for (const group of groups) {
          for (const one of group.after) {
            assert.ok(before.has(one), `${component}: ${group.name} waits for ${one}`);
          }
          group.components.forEach((plan) => check(plan, before));
          before.add(group.name);
        }
      };
      plans.forEach((plan) => check(plan, new Set()));
    });

    it("waits for components that come before", () => {
      const before = new Set(MADE_BY_THE_PLATFORM);
      for (const plan of plans) {
        assert.deepEqual(
          plan.after.filter((one) => !before.has(one)),
          [],
          plan.name,
        );
        before.add(plan.name);
      }
    });

    it("has each object and each release once", () => {
      const objects = stackObjects(data, name).map(
        ({ kind, metadata }) => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`,
      );
      const releases = stackReleases(data, name).map((release) => release.name);
      assert.equal(new Set(objects).size, objects.length);
      assert.equal(new Set(releases).size, releases.length);
    });
  });
}
