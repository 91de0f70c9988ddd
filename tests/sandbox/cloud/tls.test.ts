import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";

import { certificateRequest, locallySigned, selfSigned } from "../../../sandbox/providers/cloud/tls/certificates.ts";
import { newKey } from "../../../sandbox/providers/cloud/tls/keys.ts";
import { TlsProvider } from "../../../sandbox/providers/cloud/tls/index.ts";
import type { Properties } from "../../../sandbox/providers/cloud/types.ts";

const HOURS_OF_A_DAY = 24;

describe("fake of tls", () => {
  const keys: Record<string, Properties> = {
    RSA: { algorithm: "RSA", rsaBits: 2048 },
    ECDSA: { algorithm: "ECDSA", ecdsaCurve: "P256" },
    Ed25519: { algorithm: "ED25519" },
  };
  for (const [name, key] of Object.entries(keys)) {
    it(`issues a certificate that verifies against its authority, with ${name} keys`, async () => {
      const authorityKey = await newKey(key);
      const authority = await selfSigned({
        privateKeyPem: authorityKey.privateKeyPem,
        subject: { commonName: "mesh root", organization: "shop, inc" },
        isCaCertificate: true,
        allowedUses: ["cert_signing", "crl_signing"],
        validityPeriodHours: HOURS_OF_A_DAY,
      });
      const leafKey = await newKey(key);
      const certRequestPem = await certificateRequest({
        privateKeyPem: leafKey.privateKeyPem,
        subject: { commonName: "shop.example" },
        dnsNames: ["shop.example", "*.shop.example"],
      });
      const leaf = await locallySigned({
        certRequestPem,
        caCertPem: authority.certPem,
        caPrivateKeyPem: authorityKey.privateKeyPem,
        allowedUses: ["server_auth", "digital_signature"],
        validityPeriodHours: 1,
      });

      const root = new X509Certificate(authority.certPem);
      const certificate = new X509Certificate(leaf.certPem);
      assert.equal(root.ca, true);
      assert.equal(root.verify(root.publicKey), true);
      assert.equal(certificate.verify(root.publicKey), true);
      assert.equal(certificate.checkIssued(root), true);
      assert.equal(certificate.checkHost("www.shop.example"), "*.shop.example");
      assert.match(root.subject, /O=shop\\, inc/);
      assert.equal(Date.parse(certificate.validTo) - Date.parse(certificate.validFrom), 3_600_000);
      assert.equal(certificate.publicKey.export({ type: "spki", format: "pem" }), leafKey.publicKeyPem);
    });
  }

  it("renews a certificate that is due, by replacement, and no other", async () => {
    const due = (validHours: number, earlyRenewalHours: number) => {
      const validityEndTime = new Date(Date.now() + validHours * 3_600_000).toISOString();
      const inputs = { earlyRenewalHours };
      return new TlsProvider().diff({
        session: { urn: "urn:provider", config: {} },
        urn: "urn:certificate",
        type: "tls:index/locallySignedCert:LocallySignedCert",
        name: "certificate",
        signal: new AbortController().signal,
        id: "1",
        oldInputs: inputs,
        oldOutputs: { ...inputs, validityEndTime },
        news: inputs,
        ignoreChanges: [],
      });
    };
    assert.equal((await due(721, 720)).changes, false);
    assert.deepEqual((await due(719, 720)).replaces, ["readyForRenewal"]);
    assert.deepEqual((await due(-1, 0)).replaces, ["readyForRenewal"]);
  });

  it("refuses an unknown algorithm by its name", async () => {
    await assert.rejects(async () => newKey({ algorithm: "DSA" }), /DSA is not one of RSA, ECDSA, ED25519/);
  });
});
