import assert from "node:assert/strict";
import { cluster } from "./schema/cluster.ts";
import { versionPairProblem } from "../features/control-plane/checks-versions.ts";
import { ADDONS, addonVersion, EKS_TABLE_DATE, EKS_VERSIONS, eksRefusal } from "./eks-versions.ts";

describe("versions of Kubernetes on EKS", () => {
  it("are offered only while their standard support lasts", () => {
    for (const [version, { standardSupportEnd }] of Object.entries(EKS_VERSIONS)) {
      assert.ok(standardSupportEnd > EKS_TABLE_DATE, version);
      assert.equal(eksRefusal(version), undefined);
    }
    assert.equal(eksRefusal(cluster.parse({}).version), undefined, "the default");
  });

  it("are refused with the day on which their support ended, and the versions that will do", () => {
    assert.deepEqual(eksRefusal("1.32"), {
      reason: "Kubernetes 1.32 left EKS's standard support on 2026-03-23",
      remediation: "use 1.34, 1.35, 1.36 (table of 2026-11-21)",
    });
  });

  it("have a pinned build of every add-on, and the network proxy of their own minor version", () => {
    for (const version of Object.keys(EKS_VERSIONS)) {
      ADDONS.forEach((addon) => assert.match(addonVersion(addon, version), /^v\d+\.\d+\.\d+-eksbuild\.\d+$/));
      assert.ok(addonVersion("kube-proxy", version).startsWith(`v${version}.`), version);
    }
    assert.throws(() => addonVersion("coredns", "1.20"), RangeError);
  });

  it("must be ones that the Istio of the stack supports", () => {
    assert.equal(versionPairProblem("cluster.version", "1.30.7", "1.36"), undefined);
    assert.match(
      versionPairProblem("cluster.version", "1.30.7", "1.31")?.message ?? "",
      /expected Kubernetes 1\.32 to 1\.36, which Istio 1\.30\.7 supports; got "1\.31"/,
    );
  });
});
