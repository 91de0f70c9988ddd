import assert from "node:assert/strict";
import { Pace } from "../../../sandbox/toolchain/pace.ts";

describe("how long a build will still take", () => {
  let minutes: number;
  const pace = (total: number): Pace => new Pace(total, () => minutes * 60_000);
  beforeEach(() => {
    minutes = 0;
  });

  it("is foretold before anything is measured, and shrinks while a program is built", () => {
    const build = pace(6);
    assert.equal(build.left(4), "about 6 min left");
    minutes = 3;
    assert.equal(build.left(4), "about 3 min left");
  });

  it("follows the machine: twice as slow so far, about twice as long to go", () => {
    const build = pace(6);
    minutes = 9;
    build.finish(4);
    assert.equal(build.left(2), "about 4 min left");
    minutes = 11;
    assert.equal(build.left(2), "about 2 min left");
  });

  it("never falls below the programs that have not begun, however late the present ones are", () => {
    const build = pace(4);
    minutes = 30;
    assert.equal(build.left(1), "about 3 min left");
    build.finish(1);
    minutes = 300;
    assert.equal(build.left(3), "under a minute left");
  });
});
