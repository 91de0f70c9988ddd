import assert from "node:assert/strict";
import { readStackFile } from "../../../../config/load.ts";
import { stackObjects } from "../../../../model/render.ts";
import { CHECKS, killerOf } from "../../../mutation/checks.ts";
import { mutantsOf } from "../../../mutation/mutants.ts";
import { PROJECT_DIRECTORY } from "../../../support/stacks.ts";

const stack = readStackFile(PROJECT_DIRECTORY, "prod");
const objects = stackObjects(stack, "prod");

describe("the mutation test of policies", () => {
  it("lets the stack pass as it is", () => {
    assert.equal(killerOf(stack, objects), undefined);
  });

  it("lets a change pass that means nothing", () => {
    const renamed = objects.map((object) =>
      object.kind === "AuthorizationPolicy" ? { ...object, metadata: { ...object.metadata, labels: {} } } : object,
    );
    assert.equal(killerOf(stack, renamed), undefined);
  });

  it("notices the removal of any policy, and every tenth of the other mutants", () => {
    const mutants = mutantsOf(objects);
    const sample = mutants.filter(({ name }, index) => name.endsWith(": removed") || index % 10 === 0);
    assert.ok(sample.length > 30);
    assert.deepEqual(
      sample.filter((mutant) => killerOf(stack, mutant.objects) === undefined).map(({ name }) => name),
      [],
    );
  });

  it("needs each of its checks", () => {
    const mutants = mutantsOf(objects);
    for (const check of Object.values(CHECKS)) {
      const others = Object.values(CHECKS).filter((other) => other !== check);
      const alone = mutants.some(
        (mutant) =>
          check(stack, mutant.objects) !== undefined &&
          others.every((other) => other(stack, mutant.objects) === undefined),
      );
      assert.ok(alone);
    }
  });
});
