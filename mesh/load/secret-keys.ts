import { problem, type Problem } from "../stack/errors.ts";
import { didYouMean } from "../stack/nearest.ts";
import { formatPath } from "../stack/paths.ts";
import { PROJECT } from "./project.ts";
import type { StackConfig } from "../stack/config.ts";
import { CA_KEY, KUBECONFIG_KEY, secretKeys } from "../features/multi-cluster/schema/multi-cluster.ts";
import { isPlainObject, type PlainObject } from "../stack/plain-object.ts";

/** A stack's values without its secrets, which only the engine reads, and the keys of these. */
export function withoutSecrets(values: PlainObject): {
  readonly values: PlainObject;
  readonly secrets: readonly string[];
} {
  const plain = Object.entries(values).filter(([key]) => !isSecretKey(key));
  return { values: Object.fromEntries(plain), secrets: Object.keys(values).filter(isSecretKey) };
}

/** Whether a bare key is of those that hold a secret. */
export function isSecretKey(key: string): boolean {
  return key.startsWith(KUBECONFIG_KEY) || key.startsWith(CA_KEY);
}

/** Every secret that the configuration asks for is there, and no other. */
export function* checkSecrets(secrets: readonly string[], { mesh }: StackConfig): Iterable<Problem> {
  const wanted = secretKeys(mesh.multiCluster);
  const keys = wanted.map(({ key }) => key);
  for (const { key, because } of wanted.filter(({ key }) => !secrets.includes(key))) {
    yield problem(formatPath([key]), `expected a secret, because ${because}; got nothing`, setWith(key));
  }
  for (const key of secrets.filter((key) => !keys.includes(key))) {
    const remediation = didYouMean(key, keys, "see mesh.multiCluster, or remove this key");
    yield problem(formatPath([key]), "nothing asks for this secret", remediation);
  }
}

/** Whether the value under a bare key is encrypted in the stack's file. */
export type IsEncrypted = (key: string) => boolean;

/** Secrets that everybody can read, and settings that the engine keeps secret although the objects made of them are not. */
export function* checkEncrypted(values: PlainObject, isEncrypted: IsEncrypted): Iterable<Problem> {
  const { values: plain, secrets } = withoutSecrets(values);
  for (const key of secrets.filter((key) => !isEncrypted(key))) {
    const remediation = `${setWith(key)}, and replace what others may have read`;
    yield problem(formatPath([key]), "expected a secret; got plain text", remediation);
  }
  for (const key of Object.keys(plain).filter(isEncrypted)) {
    yield problem(
      formatPath([key]),
      "expected settings in plain text, because the objects made of them are; got a secret",
      "set it without --secret; what is secret belongs into a Kubernetes Secret that the setting names",
    );
  }
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
  return (
    (isPlainObject(value) && inner.length === 1 && typeof value["secure"] === "string") || inner.some(holdsEncrypted)
  );
}
