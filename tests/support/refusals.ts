import assert from "node:assert/strict";
import { checkStack } from "../../mesh/checks/index.ts";
import type { StackData } from "../../mesh/stack/stack.ts";

/** A rule, a stack that breaks it, the key path that is named, and what is said. */
export type Refused = readonly [rule: string, stack: StackData, path: string, says: RegExp];

/** One test for each: the path is named once, with the words. */
export function itRefuses(refused: readonly Refused[]): void {
  for (const [rule, stack, path, says] of refused) {
    it(`refuse ${rule}`, () => {
      const problems = checkStack(stack);
      const found = problems.filter((problem) => problem.path === path);
      assert.equal(found.length, 1, JSON.stringify(problems));
      assert.match(found[0]?.message ?? "", says);
    });
  }
}
