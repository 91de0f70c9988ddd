import type { Problem } from "../stack/errors.ts";
import { isPlainObject, type PlainObject } from "./merge.ts";
import { nearest } from "../stack/nearest.ts";
import { CA_KEY, KUBECONFIG_KEY, secretKeys } from "../features/multi-cluster/multi-cluster.ts";
import { PROJECT } from "./project.ts";
import type { StackConfig } from "../stack/config.ts";

/** A stack's values without its secrets, which only the engine reads, and the keys of these. */
export function withoutSecrets(values: PlainObject): {
  readonly values: PlainObject;
  readonly secrets: readonly string[];
} {
  const secrets = Object.keys(values).filter(isSecretKey);
  const plain = Object.entries(values).filter(([key]) => !secrets.includes(key));
  return { values: Object.fromEntries(plain), secrets };
}

/** Whether a bare key is of those that hold a secret. */
export function isSecretKey(key: string): boolean {
  return key.startsWith(KUBECONFIG_KEY) || key.startsWith(CA_KEY);
}

/** Every secret that the configuration asks for is there, and no other. */
export function checkSecrets(secrets: readonly string[], config: StackConfig): Problem[] {
  const wanted = secretKeys(config);
  const keys = wanted.map(({ key }) => key);
  const missing = wanted
    .filter(({ key }) => !secrets.includes(key))
    .map(({ key, because }) => ({
      path: key,
      message: `expected a secret, because ${because}; got nothing`,
      remediation: setWith(key),
    }));
  const unknown = secrets
    .filter((key) => !keys.includes(key))
    .map((key) => {
      const match = nearest(key, keys);
      const remediation = match === undefined ? "see mesh.multiCluster, or remove this key" : `did you mean ${match}?`;
      return { path: key, message: "nothing asks for this secret", remediation };
    });
  return [...missing, ...unknown];
}

/** Whether the value under a bare key is encrypted in the stack's file. */
export type IsEncrypted = (key: string) => boolean;

/** Secrets that are there for everybody to read, and settings that are a secret to the engine and would leave its hands. */
export function checkEncrypted(values: PlainObject, isEncrypted: IsEncrypted): Problem[] {
  const { values: plain, secrets } = withoutSecrets(values);
  return [
    ...secrets
      .filter((key) => !isEncrypted(key))
      .map((key) => ({
        path: key,
        message: "expected a secret; got plain text",
        remediation: `${setWith(key)}, and replace what others may have read`,
      })),
    ...Object.keys(plain)
      .filter(isEncrypted)
      .map((key) => ({
        path: key,
        message: "expected settings in plain text, because the objects made of them are; got a secret",
        remediation: "set it without --secret; what is secret belongs into a Kubernetes Secret that the setting names",
      })),
  ];
}

/** Which values of a settings file are encrypted, or hold something that is. */
export function encryptedIn(values: PlainObject): IsEncrypted {
  return (key) => holdsEncrypted(values[key]);
}

function setWith(key: string): string {
  return `pulumi config set --secret ${PROJECT}:${key} < FILE`;
}

/** Pulumi writes an encrypted value as an object with one key. */
function holdsEncrypted(value: unknown): boolean {
  if (typeof value !== "object" || value === null) {
    return false;
  }
  const inner: readonly unknown[] = Object.values(value);
  return isPlainObject(value) && inner.length === 1 && typeof value["secure"] === "string"
    ? true
    : inner.some(holdsEncrypted);
}
