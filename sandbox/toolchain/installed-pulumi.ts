import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { tmpdir } from "node:os";
import { SandboxError } from "../contracts.ts";
import { PULUMI_MINORS } from "./recipe.ts";
import { runCommand } from "./run-command.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A Pulumi CLI that the user already has: `MESH_PULUMI` whatever its version, else the first `pulumi` on the PATH if
 * its version is one that this project is tested with.
 * @returns its path, or undefined when one has to be built.
 * @throws SandboxError `toolchain.pulumi-unusable` when MESH_PULUMI names something that is not a Pulumi CLI.
 */
export async function installedPulumi(env: Environment, signal?: AbortSignal): Promise<string | undefined> {
  const named = env["MESH_PULUMI"];
  if (named !== undefined && named !== "") {
    if ((await pulumiVersion(named, env, signal)) === undefined) {
      throw new SandboxError(
        "toolchain.pulumi-unusable",
        `MESH_PULUMI names ${named}, which does not answer \`pulumi version\``,
        "Correct MESH_PULUMI or unset it.",
      );
    }
    return named;
  }
  const found = findOnPath("pulumi", env["PATH"] ?? "");
  const version = found === undefined ? undefined : await pulumiVersion(found, env, signal);
  return version !== undefined && isSuitablePulumi(version) ? found : undefined;
}

/** True for a version that may run this project's stacks: Pulumi 3 at a minor version that the project is tested with. */
export function isSuitablePulumi(version: string): boolean {
  const match = /^v?3\.(\d+)\.\d+/.exec(version);
  return match !== null && PULUMI_MINORS.includes(Number(match[1]));
}

async function pulumiVersion(
  path: string,
  env: Environment,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  try {
    const options = { cwd: tmpdir(), env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" }, signal };
    const result = await runCommand(path, ["version"], options);
    const version = result.stdout.trim();
    return result.code === 0 && /^v?\d+\.\d+\.\d+/.test(version) ? version : undefined;
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof Error && "code" in error) {
      // Not there, not executable, or made for another processor: all mean that it cannot be used.
      return undefined;
    }
    throw error;
  }
}

function findOnPath(name: string, path: string): string | undefined {
  const candidates = path
    .split(delimiter)
    .filter((dir) => dir !== "")
    .map((dir) => join(dir, name));
  return candidates.find(isExecutableFile);
}

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
