import assert from "node:assert/strict";
import fc from "fast-check";
import { compareVersions, ISTIO_KUBERNETES, istioRefusal, upgradeRefusal } from "./istio-versions.ts";
import { DEFAULT_ISTIO_VERSION } from "../schema/revisions.ts";

describe("the gate of Istio's versions", () => {
  it("lets the default through, and what is known to be safe", () => {
    for (const version of [DEFAULT_ISTIO_VERSION, "1.30.8", "1.31.2"]) {
      assert.equal(istioRefusal(version), undefined, version);
    }
  });

  it("refuses every line below the floor, with the day where it is known", () => {
    for (const version of ["1.29.9", "1.28.4", "1.9.0"]) {
      assert.match(istioRefusal(version)?.reason ?? "", /past its end of life/, version);
    }
    assert.match(istioRefusal("1.29.9")?.reason ?? "", /\(2026-10-15\)/);
    assert.match(
      istioRefusal("1.29.9")?.remediation ?? "",
      /use 1\.30\.7 or 1\.31\.2 or later; https:\/\/istio\.io\/.*table of 2026-11-21/,
    );
  });

  it("refuses a line that it does not know, newer ones too", () => {
    for (const version of ["1.32.0", "2.0.0", "0.8.0"]) {
      assert.match(istioRefusal(version)?.reason ?? "", /not in the support table of 2026-11-21/, version);
    }
  });

  it("names every bulletin that a patch carries, the page of the newest, and the patch that has none", () => {
    const oldest = istioRefusal("1.30.0");
    assert.match(oldest?.reason ?? "", /carries ISTIO-SECURITY-2026-007: .*; and .*-006, .*-005, .*-004$/);
    assert.match(
      oldest?.remediation ?? "",
      /use 1\.30\.7 or later; https:\/\/istio\.io\/latest\/news\/security\/istio-security-2026-007\//,
    );
    assert.doesNotMatch(istioRefusal("1.30.6")?.reason ?? "", /006/);
    assert.match(istioRefusal("1.31.1")?.remediation ?? "", /use 1\.31\.2 or later/);
  });

  it("refuses pre-releases: no bulletin says what they carry", () => {
    assert.match(istioRefusal("1.31.2-rc.0")?.reason ?? "", /carries ISTIO-SECURITY/);
  });

  it("lets a mesh go one minor version up or down, not two", () => {
    assert.equal(upgradeRefusal("1.30.7", "1.31.2"), undefined);
    assert.equal(upgradeRefusal("1.31.2", "1.30.7"), undefined);
    assert.equal(upgradeRefusal("1.30.7", "1.30.8"), undefined);
    assert.match(upgradeRefusal("1.30.7", "1.32.0")?.remediation ?? "", /go to 1\.31 first/);
    assert.match(upgradeRefusal("1.32.0", "1.30.7")?.remediation ?? "", /go to 1\.31 first/);
    assert.match(upgradeRefusal("1.31.2", "2.0.0")?.reason ?? "", /one minor version at a time/);
  });

  it("lets no two lines through between which an upgrade in place would leave one out", () => {
    // What is installed is not looked at. With a third line here, an upgrade in place must be.
    const lines = Object.keys(ISTIO_KUBERNETES);
    for (const from of lines) {
      for (const to of lines) {
        assert.equal(upgradeRefusal(`${from}.0`, `${to}.0`), undefined, `${from} to ${to}`);
      }
    }
  });

  it("orders versions as numbers, pre-releases before their release", () => {
    assert.deepEqual(["1.31.2", "1.30.10", "1.31.2-rc.0", "1.30.9"].sort(compareVersions), [
      "1.30.9",
      "1.30.10",
      "1.31.2-rc.0",
      "1.31.2",
    ]);
    const version = fc.tuple(fc.nat(2), fc.nat(40), fc.nat(40)).map((parts) => parts.join("."));
    fc.assert(
      fc.property(version, version, (one, other) => {
        assert.equal(Math.sign(compareVersions(one, other)), 0 - Math.sign(compareVersions(other, one)) || 0);
        assert.equal(compareVersions(one, other) === 0, one === other);
      }),
    );
  });

  it("knows the Kubernetes versions of every line that it lets through", () => {
    for (const [line, { min, max }] of Object.entries(ISTIO_KUBERNETES)) {
      assert.ok(min <= max, line);
    }
  });
});
