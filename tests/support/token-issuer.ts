import { generateKeyPairSync, sign } from "node:crypto";

/** Signs tokens of end users with a key of its own, as an identity provider does. */
export class TokenIssuer {
  readonly #keys = generateKeyPairSync("ec", { namedCurve: "P-256" });

  /** @param name claim `iss` of its tokens */
  constructor(readonly name: string) {}

  /** Its public key, as a JSON Web Key Set. */
  get jwks(): string {
    const key = this.#keys.publicKey.export({ format: "jwk" });
    return JSON.stringify({ keys: [{ ...key, kid: "1", alg: "ES256", use: "sig" }] });
  }

  /** A token as a header line. @param claims beside `iss` and `sub`, or in their place */
  bearer(claims: object = {}): string {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const signed = `${part({ alg: "ES256", kid: "1" })}.${part({ iss: this.name, sub: "ann", ...claims })}`;
    const key = { key: this.#keys.privateKey, dsaEncoding: "ieee-p1363" } as const;
    return `authorization: Bearer ${signed}.${sign("sha256", Buffer.from(signed), key).toString("base64url")}`;
  }
}
