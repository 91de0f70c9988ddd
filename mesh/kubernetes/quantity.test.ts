import assert from "node:assert/strict";
import { isQuantity, parseQuantity } from "./quantity.ts";

describe("quantities", () => {
  it("are cores or bytes", () => {
    assert.equal(parseQuantity("500m"), 0.5);
    assert.equal(parseQuantity("2"), 2);
    assert.equal(parseQuantity("1.5"), 1.5);
    assert.equal(parseQuantity("2Gi"), 2147483648);
    assert.equal(parseQuantity("128Mi"), 134217728);
    assert.equal(parseQuantity("1G"), 1e9);
  });

  it("refuse what Kubernetes refuses", () => {
    for (const text of ["", "500 m", "2GB", "-1", "1,5", "Gi", "2gi"]) {
      assert.equal(isQuantity(text), false, text);
      assert.throws(() => parseQuantity(text), RangeError);
    }
  });
});
