import assert from "node:assert/strict";
import { hostLines } from "../../../tests/bench/hosts.ts";

describe("hosts that a proxy is told about", () => {
  it("depend on the calls of its own service, not on the size of the mesh", () => {
    const rows = hostLines()
      .slice(1)
      .map((line) => /(\d+) +(\d+), (\d+)$/.exec(line)?.slice(1).map(Number));
    // Three calls and the collector; without a Sidecar every service.
    assert.deepEqual(rows, [
      [5, 4, 4],
      [50, 4, 4],
      [500, 4, 4],
    ]);
  });
});
