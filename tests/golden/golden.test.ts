import assert from "node:assert/strict";
import { STACKS } from "../support/stacks.ts";
import { graphOf, readGolden } from "./graph.ts";

describe("golden graphs", () => {
  for (const stack of STACKS) {
    it(`${stack}: the program registers what tests/golden/${stack}.json says`, async () => {
      assert.equal(await graphOf(stack), readGolden(stack), "if the change is meant: npm run golden -- --update");
    });
  }

  it("holds no secret that the mocks gave", () => {
    for (const stack of STACKS) {
      assert.doesNotMatch(readGolden(stack), /mock-(secret|key)/);
    }
  });
});
