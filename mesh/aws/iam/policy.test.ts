import assert from "node:assert/strict";
import { filledIn } from "./policy.ts";

describe("a policy that lies beside as JSON", () => {
  it("gets its values, which change nothing else of it", () => {
    const template = { Version: "2012-10-17", Statement: [{ Resource: ["arn:${partition}:x/${name}", "${name}"] }] };
    const filled = filledIn(template, { partition: "aws", name: 'a"b' });
    assert.deepEqual(filled, { Version: "2012-10-17", Statement: [{ Resource: ['arn:aws:x/a"b', 'a"b'] }] });
  });

  it("is refused where a name has no value", () => {
    assert.throws(
      () => filledIn({ Resource: "${account}" }, { partition: "aws" }),
      /names account, which has no value/,
    );
  });
});
