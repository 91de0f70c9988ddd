/** Names whose value is a secret: `DB_PASSWORD`, `adminPassword`, `api-key`; not `passwordKey` or `existingSecret`, which refer to one. */
const SECRET_NAME =
  /(password|passwd|passphrase|token|api[-_]?key|private[-_]?key|secret[-_]?key|signing[-_]?key|access[-_]?key|client[-_]?secret)$/i;

/** Texts that are secrets whatever their name is. */
const SECRET_TEXTS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, "a private key"],
  [/\b(AKIA|ASIA)[0-9A-Z]{16}\b/, "an AWS access key"],
  [/\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/, "a token (JWT)"],
  [/\bgh[pousr]_[A-Za-z0-9]{36}\b/, "a GitHub token"],
];

/** Whether what has this name is a secret. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** What secrets a text holds, in words that do not repeat them. */
export function secretsIn(text: string): string[] {
  return SECRET_TEXTS.filter(([pattern]) => pattern.test(text)).map(([, what]) => what);
}
