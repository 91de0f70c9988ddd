import assert from "node:assert/strict";
import { PLAIN_TEXT_REASON } from "../../mesh/kubernetes/labels.ts";
import { peerAuthentication } from "../../mesh/features/authorization/peer-authentication.ts";
import { stackData } from "../../tests/support/stack-data.ts";

describe("the reason for plain text", () => {
  const reasonOf = (security: object) =>
    peerAuthentication(stackData({ security })).metadata.annotations?.[PLAIN_TEXT_REASON];

  it("stands at the object that takes it", () => {
    const exceptions = { "permissive-mtls": "Callers without sidecars until May" };
    assert.equal(reasonOf({ mtls: "PERMISSIVE", exceptions }), "Callers without sidecars until May");
    assert.equal(reasonOf({ mtls: "PERMISSIVE", profile: "development" }), "security.profile is development");
  });

  it("is left out where none is taken, or none is said", () => {
    assert.equal(reasonOf({ mtls: "STRICT", profile: "development" }), undefined);
    assert.equal(reasonOf({ mtls: "PERMISSIVE", profile: "production" }), undefined);
  });
});
