import assert from "node:assert/strict";
import { lineChanges } from "./facts.ts";
import { goldenText, GRAPHS, readGolden } from "./graph.ts";

describe("golden graphs", () => {
  for (const name of GRAPHS) {
    it(`${name}: the program registers what tests/golden/${name}.txt states`, async () => {
      const [recorded, now] = [readGolden(name), await goldenText(name)];
      if (now !== recorded) {
        // By resource: the table of all lines of a graph would be gigabytes.
        const changes = changedParts(recorded, now);
        assert.fail(`if the change is meant: npm run golden -- --update\n${changes.join("\n")}`);
      }
    });
  }

  it("holds no secret that the mocks gave", () => {
    for (const name of GRAPHS) {
      assert.doesNotMatch(readGolden(name), /mock-(secret|key)/);
    }
  });
});

function changedParts(recorded: string, now: string): string[] {
  const [before, after] = [recorded, now].map((text) => text.split("\n\n"));
  return lineChanges(
    (before ?? []).filter((part) => !after?.includes(part)).flatMap((part) => part.split("\n")),
    (after ?? []).filter((part) => !before?.includes(part)).flatMap((part) => part.split("\n")),
  );
}
