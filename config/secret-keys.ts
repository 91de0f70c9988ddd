import type { Problem } from "./errors.ts";
import { isPlainObject, type PlainObject } from "./merge.ts";
import { nearest } from "./nearest.ts";
import { CA_KEY, KUBECONFIG_KEY, secretKeys } from "../model/multi-cluster.ts";
import { PROJECT } from "./project.ts";
import type { StackConfig } from "./schema.ts";

/** A stack's values without its secrets, which only the engine reads, and the keys of these. */
export function withoutSecrets(values: PlainObject): {
  readonly values: PlainObject;
  readonly secrets: readonly string[];
} {
  const secrets = Object.keys(values).filter((key) => key.startsWith(KUBECONFIG_KEY) || key.startsWith(CA_KEY));
  const plain = Object.entries(values).filter(([key]) => !secrets.includes(key));
  return { values: Object.fromEntries(plain), secrets };
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
      hint: setWith(key),
    }));
  const unknown = secrets
    .filter((key) => !keys.includes(key))
    .map((key) => {
      const match = nearest(key, keys);
      const hint = match === undefined ? "see mesh.multiCluster, or remove this key" : `did you mean ${match}?`;
      return { path: key, message: "nothing asks for this secret", hint };
    });
  return [...missing, ...unknown];
}

/** Secrets of a settings file that are there for everybody to read. */
export function checkEncrypted(values: PlainObject): Problem[] {
  return withoutSecrets(values)
    .secrets.filter((key) => !isEncrypted(values[key]))
    .map((key) => ({
      path: key,
      message: "expected a secret; got plain text",
      hint: `${setWith(key)}, and replace what others may have read`,
    }));
}

function setWith(key: string): string {
  return `pulumi config set --secret ${PROJECT}:${key} < FILE`;
}

/** How Pulumi writes an encrypted value. */
function isEncrypted(value: unknown): boolean {
  return isPlainObject(value) && Object.keys(value).length === 1 && typeof value["secure"] === "string";
}
