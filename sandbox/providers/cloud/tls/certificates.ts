// The X.509 library injects its parts through decorators and needs this polyfill before it is loaded.
import "reflect-metadata";
import { createHash, createPrivateKey, createPublicKey, type KeyObject, randomBytes, webcrypto } from "node:crypto";

import * as x509 from "@peculiar/x509";

import { Refusal } from "../../protocol/index.ts";
import { numberOf, recordOf, textOf, textsOf } from "../properties.ts";
import type { Properties } from "../types.ts";

const CURVES: Readonly<Record<string, string>> = { prime256v1: "P-256", secp384r1: "P-384", secp521r1: "P-521" };

/** Bits of the KeyUsage extension and extended usages, by the names that `allowedUses` takes. */
const KEY_USES: Readonly<Record<string, x509.KeyUsageFlags>> = {
  digital_signature: x509.KeyUsageFlags.digitalSignature,
  content_commitment: x509.KeyUsageFlags.nonRepudiation,
  key_encipherment: x509.KeyUsageFlags.keyEncipherment,
  data_encipherment: x509.KeyUsageFlags.dataEncipherment,
  key_agreement: x509.KeyUsageFlags.keyAgreement,
  cert_signing: x509.KeyUsageFlags.keyCertSign,
  crl_signing: x509.KeyUsageFlags.cRLSign,
  encipher_only: x509.KeyUsageFlags.encipherOnly,
  decipher_only: x509.KeyUsageFlags.decipherOnly,
};
const EXTENDED_USES: Readonly<Record<string, string>> = {
  server_auth: "1.3.6.1.5.5.7.3.1",
  client_auth: "1.3.6.1.5.5.7.3.2",
  code_signing: "1.3.6.1.5.5.7.3.3",
  email_protection: "1.3.6.1.5.5.7.3.4",
  timestamping: "1.3.6.1.5.5.7.3.8",
  ocsp_signing: "1.3.6.1.5.5.7.3.9",
};

/** Attributes of a subject: the provider's names and X.500's. */
const SUBJECT: readonly (readonly [name: string, attribute: string])[] = [
  ["country", "C"],
  ["province", "ST"],
  ["locality", "L"],
  ["streetAddresses", "STREET"],
  ["postalCode", "2.5.4.17"],
  ["organization", "O"],
  ["organizationalUnit", "OU"],
  ["commonName", "CN"],
  ["serialNumber", "2.5.4.5"],
];

/** A certificate and when it is valid, ISO 8601. */
export interface Issued {
  readonly certPem: string;
  readonly validityStartTime: string;
  readonly validityEndTime: string;
}

/** A certificate signed by its own key. */
export async function selfSigned(inputs: Properties): Promise<Issued> {
  const keys = await keysOf(textOf(inputs["privateKeyPem"]));
  const subject = subjectOf(inputs);
  const request = { publicKey: keys.publicKey, subject, names: namesOf(inputs) };
  return issue(inputs, request, { name: subject, keys });
}

/** A request for a certificate, in PEM. */
export async function certificateRequest(inputs: Properties): Promise<string> {
  const keys = await keysOf(textOf(inputs["privateKeyPem"]));
  const names = namesOf(inputs);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: subjectOf(inputs),
    keys: { privateKey: keys.privateKey, publicKey: keys.publicKey },
    signingAlgorithm: keys.signing,
    extensions: names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)],
  });
  return `${request.toString("pem")}\n`;
}

/** A certificate for a request, signed by an authority. */
export async function locallySigned(inputs: Properties): Promise<Issued> {
  const request = new x509.Pkcs10CertificateRequest(textOf(inputs["certRequestPem"]));
  const authority = new x509.X509Certificate(textOf(inputs["caCertPem"]));
  const keys = await keysOf(textOf(inputs["caPrivateKeyPem"]));
  const alternative = request.extensions.find((extension) => extension instanceof x509.SubjectAlternativeNameExtension);
  const names = alternative?.names.toJSON() ?? [];
  const { publicKey } = await publicKeyOf(
    createPublicKey({ key: Buffer.from(request.publicKey.rawData), type: "spki", format: "der" }),
  );
  return issue(inputs, { publicKey, subject: request.subject, names }, { name: authority.subject, keys });
}

interface Requested {
  readonly publicKey: webcrypto.CryptoKey;
  readonly subject: string;
  readonly names: x509.JsonGeneralNames;
}

async function issue(inputs: Properties, requested: Requested, issuer: { name: string; keys: Keys }): Promise<Issued> {
  const notBefore = new Date(Math.floor(Date.now() / 1000) * 1000);
  const notAfter = new Date(notBefore.getTime() + numberOf(inputs["validityPeriodHours"], 0) * 3_600_000);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: createHash("sha1")
      .update(randomBytes(20))
      .digest("hex")
      .replace(/^[89a-f]/, "1"),
    subject: requested.subject,
    issuer: issuer.name,
    notBefore,
    notAfter,
    publicKey: requested.publicKey,
    signingKey: issuer.keys.privateKey,
    signingAlgorithm: issuer.keys.signing,
    extensions: await extensions(inputs, requested, issuer.keys),
  });
  return {
    certPem: `${certificate.toString("pem")}\n`,
    validityStartTime: notBefore.toISOString(),
    validityEndTime: notAfter.toISOString(),
  };
}

async function extensions(inputs: Properties, requested: Requested, issuer: Keys): Promise<x509.Extension[]> {
  const uses = textsOf(inputs["allowedUses"]);
  const flags = uses.reduce((sum, use) => sum | (KEY_USES[use] ?? 0), 0);
  const extended = uses.map((use) => EXTENDED_USES[use]).filter((use) => use !== undefined);
  const isAuthority = inputs["isCaCertificate"] === true;
  return [
    new x509.BasicConstraintsExtension(isAuthority, undefined, true),
    // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- an or of flags is a number to the compiler
    ...(flags === 0 ? [] : [new x509.KeyUsagesExtension(flags, true)]),
    ...(extended.length === 0 ? [] : [new x509.ExtendedKeyUsageExtension(extended)]),
    ...(requested.names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(requested.names)]),
    ...(isAuthority || inputs["setSubjectKeyId"] === true
      ? [await x509.SubjectKeyIdentifierExtension.create(requested.publicKey, false)]
      : []),
    await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey, false),
  ];
}

interface SigningAlgorithm {
  readonly name: string;
  readonly hash?: string;
  readonly namedCurve?: string;
}

interface Keys {
  readonly privateKey: webcrypto.CryptoKey;
  readonly publicKey: webcrypto.CryptoKey;
  readonly signing: SigningAlgorithm;
}

/** A key for the Web Crypto API, which the X.509 library signs with. */
async function keysOf(pem: string): Promise<Keys> {
  const key = createPrivateKey(pem);
  const { publicKey, signing } = await publicKeyOf(createPublicKey(key));
  const pkcs8 = key.export({ type: "pkcs8", format: "der" });
  const privateKey = await webcrypto.subtle.importKey("pkcs8", pkcs8, signing, true, ["sign"]);
  return { privateKey, publicKey, signing };
}

async function publicKeyOf(key: KeyObject): Promise<Omit<Keys, "privateKey">> {
  const signing = signingAlgorithm(key.asymmetricKeyType ?? "", key.asymmetricKeyDetails?.namedCurve ?? "");
  const spki = key.export({ type: "spki", format: "der" });
  return { publicKey: await webcrypto.subtle.importKey("spki", spki, signing, true, ["verify"]), signing };
}

function signingAlgorithm(type: string, curve: string): SigningAlgorithm {
  switch (type) {
    case "rsa":
      return { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
    case "ed25519":
      return { name: "Ed25519" };
    case "ec": {
      const namedCurve = CURVES[curve];
      if (namedCurve !== undefined) {
        return { name: "ECDSA", hash: curve === "prime256v1" ? "SHA-256" : "SHA-384", namedCurve };
      }
    }
  }
  throw new Refusal(`the sandbox signs with RSA, Ed25519 and ECDSA P256, P384, P521, not with ${type} ${curve}`);
}

function subjectOf(inputs: Properties): string {
  const subject = recordOf(inputs["subject"]);
  return SUBJECT.flatMap(([name, attribute]) => {
    const value = subject[name];
    const values = Array.isArray(value) ? textsOf(value) : [textOf(value)];
    return values.filter((text) => text !== "").map((text) => `${attribute}=${escapeName(text)}`);
  }).join(", ");
}

/** Characters with a meaning in a distinguished name (RFC 4514). */
const escapeName = (text: string): string => text.replace(/([,+"\\<>;=#])/g, "\\$1");

function namesOf(inputs: Properties): x509.JsonGeneralNames {
  return [
    ...textsOf(inputs["dnsNames"]).map((value) => ({ type: "dns" as const, value })),
    ...textsOf(inputs["ipAddresses"]).map((value) => ({ type: "ip" as const, value })),
    ...textsOf(inputs["uris"]).map((value) => ({ type: "url" as const, value })),
  ];
}
