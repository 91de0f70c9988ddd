import { createCipheriv, pbkdf2, randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import { replaceFile } from "../processes/replace-file.ts";

/** A stack's passphrase with the salt that Pulumi keeps in the stack's settings. */
export interface SecretsKey {
  readonly passphrase: string;
  /** `v1:<salt>:v1:<nonce>:<ciphertext>`, as `pulumi stack init` writes it. */
  readonly encryptionSalt: string;
}

/**
 * Reads the stack's secrets key, or makes one. The file holds passphrase and salt, one a line, for the owner only.
 * `pulumi stack init` would make the salt too, at the cost of one more start of the engine.
 */
export async function ensureSecretsKey(path: string): Promise<SecretsKey> {
  if (existsSync(path)) {
    const [passphrase, encryptionSalt] = readFileSync(path, "utf8").split("\n");
    if (passphrase !== undefined && passphrase !== "" && encryptionSalt !== undefined && encryptionSalt !== "") {
      return { passphrase, encryptionSalt };
    }
  }
  const passphrase = randomBytes(24).toString("base64url");
  const encryptionSalt = await newSalt(passphrase);
  replaceFile(path, `${passphrase}\n${encryptionSalt}\n`);
  return { passphrase, encryptionSalt };
}

/** Pulumi's own scheme: PBKDF2-SHA256 with a million rounds, AES-256-GCM, and the word `pulumi` to check the passphrase by. */
async function newSalt(passphrase: string): Promise<string> {
  const salt = randomBytes(8);
  const key = await promisify(pbkdf2)(passphrase, salt, 1_000_000, 32, "sha256");
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const sealed = Buffer.concat([cipher.update("pulumi", "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `v1:${salt.toString("base64")}:v1:${nonce.toString("base64")}:${sealed.toString("base64")}`;
}
