import { fileURLToPath } from "node:url";
import { readYamlFile } from "../../mesh/load/yaml-file.ts";
import type { PlainObject } from "../../mesh/stack/plain-object.ts";

/** The project's folder. */
export const PROJECT_DIRECTORY = fileURLToPath(new URL("../..", import.meta.url));

/** The stacks that the repository ships. */
export const STACKS = ["dev", "staging", "prod", "local"] as const;

/** A stack's settings as the engine hands them to a program: full keys, objects as JSON text. */
export function settingsOf(stack: string): Record<string, string> {
  const file = readYamlFile(PROJECT_DIRECTORY, `Pulumi.${stack}.yaml`) as { readonly config: PlainObject };
  return Object.fromEntries(
    Object.entries(file.config).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}
