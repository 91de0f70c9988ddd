import assert from "node:assert/strict";
import { Pace } from "../../../../sandbox/toolchain/pace.ts";

describe("how long a build will still take", () => {
  let minutes: number;
  const pace = (...steps: number[]): Pace => new Pace(steps, () => minutes * 60_000);
  beforeEach(() => {
    minutes = 0;
  });

  it("is foretold before anything is measured, and shrinks while a step runs", () => {
    const build = pace(4, 2);
    assert.equal(build.left(), "about 6 min left");
    minutes = 3;
    assert.equal(build.left(), "about 3 min left");
  });

  it("follows the machine: twice as slow so far, about twice as long to go", () => {
    const build = pace(4, 2);
    minutes = 9;
    build.finishStep();
    assert.equal(build.left(), "about 4 min left");
  });

  it("never falls below the steps that have not begun, however late the present one is", () => {
    const build = pace(1, 3);
    minutes = 30;
    assert.equal(build.left(), "about 3 min left");
    build.finishStep();
    minutes = 300;
    assert.equal(build.left(), "under a minute left");
  });
});
