import assert from "node:assert/strict";
import { graphOf, GRAPHS, readGolden } from "./graph.ts";

describe("golden graphs", () => {
  for (const stack of GRAPHS) {
    it(`${stack}: the program registers what tests/golden/${stack}.json says`, async () => {
      assert.equal(await graphOf(stack), readGolden(stack), "if the change is meant: npm run golden -- --update");
    });
  }

  it("holds no secret that the mocks gave", () => {
    for (const stack of GRAPHS) {
      assert.doesNotMatch(readGolden(stack), /mock-(secret|key)/);
    }
  });
});
