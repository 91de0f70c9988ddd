import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Stack } from "../../mesh/load/load.ts";
import type { ChartSetting } from "../charts/chart-sources.ts";
import { ensureStack, readState } from "./checkpoint.ts";
import { ensureSecretsKey } from "./passphrase.ts";
import { PROJECT_NAME, type StackPaths } from "./paths.ts";
import { copySettings } from "./settings-copy.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

/** A project directory that the engine can run in. */
export interface PreparedProject {
  readonly passphrase: string;
  /** Keys of encrypted values that the sandbox cannot decrypt and replaced. */
  readonly replacedSecrets: readonly string[];
}

/**
 * Writes the generated project again: settings may have changed since the last command.
 * @param kubeconfig path of the one that a stack on an existing cluster gets
 * @param charts settings of charts that come from elsewhere than the stack states. Default: none.
 */
export async function prepareProject(
  paths: StackPaths,
  stack: Stack,
  kubeconfig: string,
  charts: readonly ChartSetting[] = [],
): Promise<PreparedProject> {
  assertKeyKept(paths);
  mkdirSync(paths.project, { recursive: true, mode: 0o700 });
  mkdirSync(paths.backend, { recursive: true, mode: 0o700 });
  const key = await ensureSecretsKey(paths.passphrase);
  const settings = copySettings(join(paths.projectDir, stack.file), {
    encryptionSalt: key.encryptionSalt,
    catalog: stack.config.catalog.name,
    charts,
    ...(stack.config.platform.kind === "kubeconfig" ? { kubeconfig } : {}),
  });
  // No `main`: the program is handed to the engine by this process.
  writeFileSync(join(paths.project, "Pulumi.yaml"), `name: ${PROJECT_NAME}\nruntime: nodejs\n`);
  writeFileSync(join(paths.project, stack.file), settings.text, { mode: 0o600 });
  ensureStack(paths.checkpoint, `organization/${PROJECT_NAME}/${paths.stack}`);
  return { passphrase: key.passphrase, replacedSecrets: settings.replacedSecrets };
}

/**
 * A new passphrase would not open the secrets of the old one: the engine would say `incorrect passphrase` of a word that
 * nobody gave.
 */
function assertKeyKept(paths: StackPaths): void {
  if (!existsSync(paths.passphrase) && readState(paths.checkpoint).resources.length > 0) {
    throw new CommandError(
      "state.passphrase-lost",
      `the state of ${paths.stack} is encrypted, and its passphrase is gone: ${paths.passphrase}`,
      `Put the file back, or start again with: mesh down --purge ${paths.stack}`,
    );
  }
}
