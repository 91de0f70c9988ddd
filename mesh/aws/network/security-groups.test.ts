import assert from "node:assert/strict";
import { clusterSecurityRules } from "./security-groups.ts";

describe("security groups of the cluster", () => {
  const rules = clusterSecurityRules().map(
    ({ group, direction, peer, port }) =>
      `${group} ${direction} ${direction === "ingress" ? "from" : "to"} ${peer} ${port ?? "all"}`,
  );

  it("let through exactly this", () => {
    assert.deepEqual(rules.toSorted(), [
      "controlPlane egress to nodes 10250",
      "controlPlane egress to nodes 10251",
      "controlPlane egress to nodes 15012",
      "controlPlane egress to nodes 15017",
      "controlPlane egress to nodes 443",
      "controlPlane egress to nodes 9443",
      "controlPlane ingress from nodes 443",
      "nodes egress to anywhere all",
      "nodes ingress from controlPlane 10250",
      "nodes ingress from controlPlane 10251",
      "nodes ingress from controlPlane 15012",
      "nodes ingress from controlPlane 15017",
      "nodes ingress from controlPlane 443",
      "nodes ingress from controlPlane 9443",
      "nodes ingress from nodes all",
    ]);
  });

  it("name each rule once and say what it is for, in characters that AWS takes", () => {
    const all = clusterSecurityRules();
    assert.equal(new Set(all.map(({ key }) => key)).size, all.length);
    for (const { description } of all) {
      assert.match(description, /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{1,255}$/);
    }
  });
});
