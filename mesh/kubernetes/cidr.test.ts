import assert from "node:assert/strict";
import { inBlock } from "./cidr.ts";

describe("addresses in networks", () => {
  it("are compared within one family, and a block without a prefix is one address", () => {
    for (const [block, address] of [
      ["10.0.0.0/8", "10.255.0.1"],
      ["10.0.0.1", "10.0.0.1"],
      ["10.0.3.4/16", "10.0.9.9"],
      ["0.0.0.0/0", "198.51.100.1"],
      ["2001:db8::/32", "2001:db8:1::1"],
      ["::1", "0:0:0:0:0:0:0:1"],
    ] as const) {
      assert.ok(inBlock(block, address), `${address} in ${block}`);
    }
  });

  it("are in no block of the other family, and in none that is no network", () => {
    for (const [block, address] of [
      ["10.0.0.0/8", "11.0.0.1"],
      ["::/0", "10.0.0.1"],
      ["0.0.0.0/0", "::1"],
      ["10.0.0.0/8", ""],
      ["shop", "10.0.0.1"],
    ] as const) {
      assert.ok(!inBlock(block, address), `${address} in ${block}`);
    }
  });
});
