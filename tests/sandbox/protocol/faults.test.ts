import assert from "node:assert/strict";

import { faultsFromEnvironment, injectFault } from "../../../sandbox/providers/protocol/faults.ts";

const create = { op: "create", type: "aws:ec2/vpc:Vpc", name: "net", signal: new AbortController().signal } as const;

describe("fault injection", () => {
  it("fails the operation that a rule names, with its message", async () => {
    const rules = faultsFromEnvironment({
      MESH_SANDBOX_FAULTS:
        '[{"type":"aws:ec2/vpc:Vpc","name":"net","op":"create","action":"fail","message":"no more VPCs"}]',
    });
    await assert.rejects(injectFault(rules, create), /no more VPCs/);
    await injectFault(rules, { ...create, name: "other" });
    await injectFault(rules, { ...create, op: "delete" });
  });

  it("stalls until the operation is cancelled", async () => {
    const cancel = new AbortController();
    const stalled = injectFault([{ type: "*", op: "create", action: "stall" }], { ...create, signal: cancel.signal });
    const first = await Promise.race([stalled.catch(() => "ended"), Promise.resolve("stalls")]);
    assert.equal(first, "stalls");
    cancel.abort();
    await assert.rejects(stalled, /cancelled while stalled/);
  });

  it("refuses rules that it does not understand", () => {
    assert.throws(
      () => faultsFromEnvironment({ MESH_SANDBOX_FAULTS: '[{"type":"*","op":"explode","action":"fail"}]' }),
      /expected a JSON list/,
    );
    assert.deepEqual(faultsFromEnvironment({}), []);
  });
});
