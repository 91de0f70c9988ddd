import { createHash, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";

import { Refusal } from "../../protocol/index.ts";
import { numberOf, textOf } from "../properties.ts";
import type { Properties } from "../types.ts";

const CURVES: Readonly<Record<string, string>> = {
  P224: "secp224r1",
  P256: "prime256v1",
  P384: "secp384r1",
  P521: "secp521r1",
};

const generate = promisify(generateKeyPair);

/** What a PrivateKey resource gives. The private parts are secret. */
export interface KeyMaterial {
  readonly privateKeyPem: string;
  readonly privateKeyPemPkcs8: string;
  readonly publicKeyPem: string;
  readonly publicKeyFingerprintSha256: string;
}

/**
 * A new key pair: RSA, ECDSA or ED25519.
 * @throws Refusal for another algorithm or curve.
 */
export async function newKey(inputs: Properties): Promise<KeyMaterial> {
  const { privateKey } = await keyPair(inputs);
  const publicKey = createPublicKey(privateKey);
  const pkcs8 = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return {
    privateKeyPem: traditionalPem(privateKey, pkcs8),
    privateKeyPemPkcs8: pkcs8,
    publicKeyPem: publicKey.export({ type: "spki", format: "pem" }).toString(),
    publicKeyFingerprintSha256: fingerprint(publicKey),
  };
}

function keyPair(inputs: Properties): Promise<{ privateKey: KeyObject }> {
  const algorithm = textOf(inputs["algorithm"]);
  switch (algorithm) {
    case "RSA":
      return generate("rsa", { modulusLength: numberOf(inputs["rsaBits"], 2048) });
    case "ECDSA": {
      const curve = textOf(inputs["ecdsaCurve"]) || "P224";
      const namedCurve = CURVES[curve];
      if (namedCurve === undefined) {
        throw new Refusal(`${curve} is not one of the curves ${Object.keys(CURVES).join(", ")}`);
      }
      return generate("ec", { namedCurve });
    }
    case "ED25519":
      return generate("ed25519");
    default:
      throw new Refusal(`${algorithm || "no algorithm"} is not one of RSA, ECDSA, ED25519`);
  }
}

/** The published provider writes RSA as PKCS#1, EC as SEC1, and Ed25519 as PKCS#8, the only form it has. */
function traditionalPem(key: KeyObject, pkcs8: string): string {
  switch (key.asymmetricKeyType) {
    case "rsa":
      return key.export({ type: "pkcs1", format: "pem" }).toString();
    case "ec":
      return key.export({ type: "sec1", format: "pem" }).toString();
    default:
      return pkcs8;
  }
}

function fingerprint(publicKey: KeyObject): string {
  const der = publicKey.export({ type: "spki", format: "der" });
  return `SHA256:${createHash("sha256").update(der).digest("base64").replace(/=+$/, "")}`;
}

/** `RSA`, `ECDSA` or `ED25519`, from a key in any PEM form. */
export function algorithmOf(pem: string): string {
  const type = createPrivateKey(pem).asymmetricKeyType;
  return type === "rsa" ? "RSA" : type === "ec" ? "ECDSA" : "ED25519";
}
