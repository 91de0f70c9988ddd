import { accessSync, constants, existsSync, statSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Toolchain } from "../contracts.ts";
import { PROGRAMS } from "./programs.ts";
import { runCommand } from "./run-command.ts";
import {
  ETCD_VERSION,
  ISTIO_VERSION,
  KUBERNETES_PROVIDER_VERSION,
  KUBERNETES_VERSION,
  KWOK_VERSION,
  PULUMI_MINORS,
} from "./versions.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** How a program tells its version, and which versions will do. */
interface Known {
  readonly ask: readonly string[];
  readonly isSuitable: (version: string) => boolean;
}

const sameMinor = (...versions: readonly string[]): Known => ({
  ask: ["--version"],
  isSuitable: (found) => versions.some((version) => minorOf(found) === minorOf(version)),
});

const PULUMI: Known = { ask: ["version"], isSuitable: isSuitablePulumi };

/** Programs that may be taken from the PATH. Pulumi has a rule of its own beside. */
const KNOWN: Partial<Record<keyof Toolchain, Known>> = {
  kubeApiserver: sameMinor(KUBERNETES_VERSION),
  kubeControllerManager: sameMinor(KUBERNETES_VERSION),
  kubeScheduler: sameMinor(KUBERNETES_VERSION),
  etcd: sameMinor(ETCD_VERSION),
  kwok: { ask: ["--version"], isSuitable: (found) => found === KWOK_VERSION },
  // Of the stacks' minor version too: one version apart is what Istio supports.
  istioctl: { ...sameMinor("1.30", ISTIO_VERSION), ask: ["version", "--remote=false", "--short"] },
};

/**
 * Programs that the user already has: the first on the PATH where its version is one that the sandbox is tested with (of
 * Kubernetes, etcd and Istio the same minor version), Pulumi's Kubernetes provider from Pulumi's own home, and as the CLI of
 * Pulumi what MESH_PULUMI names, whatever its version.
 * @returns their paths; what is missing has to be built.
 * @throws CommandError `toolchain.pulumi-unusable` when MESH_PULUMI names something that is not a Pulumi CLI.
 */
export async function installedPrograms(env: Environment, signal?: AbortSignal): Promise<Partial<Toolchain>> {
  const found = await Promise.all(
    PROGRAMS.map(async ({ key, name }): Promise<[keyof Toolchain, string | undefined]> => {
      const known = KNOWN[key];
      return [key, known === undefined ? undefined : await onPath(name, known, env, signal)];
    }),
  );
  const all = [
    ...found,
    ["pulumi", await installedPulumi(env, signal)],
    ["kubernetesProvider", installedProvider(env)],
  ] as const;
  return Object.fromEntries(all.filter(([, path]) => path !== undefined));
}

/** True for a version that may run this project's stacks: Pulumi 3 at a minor version that the project is tested with. */
export function isSuitablePulumi(version: string): boolean {
  const match = /^v?3\.(\d+)\.\d+/.exec(version);
  return match !== null && PULUMI_MINORS.includes(Number(match[1]));
}

async function installedPulumi(env: Environment, signal: AbortSignal | undefined): Promise<string | undefined> {
  const named = env["MESH_PULUMI"];
  if (named === undefined || named === "") {
    return onPath("pulumi", PULUMI, env, signal);
  }
  if ((await versionOf(named, PULUMI.ask, env, signal)) === undefined) {
    throw new CommandError(
      "toolchain.pulumi-unusable",
      `MESH_PULUMI names ${named}, which does not answer \`pulumi version\``,
      "Correct MESH_PULUMI or unset it.",
    );
  }
  return named;
}

/** The plugin as `pulumi plugin install` leaves it: a mark beside its folder shows when that did not come to an end. */
function installedProvider(env: Environment): string | undefined {
  const named = env["PULUMI_HOME"];
  const home = named !== undefined && named !== "" ? named : join(env["HOME"] ?? homedir(), ".pulumi");
  const folder = join(home, "plugins", `resource-kubernetes-v${KUBERNETES_PROVIDER_VERSION}`);
  const program = join(folder, "pulumi-resource-kubernetes");
  return isExecutableFile(program) && !existsSync(`${folder}.partial`) ? program : undefined;
}

async function onPath(
  name: string,
  { ask, isSuitable }: Known,
  env: Environment,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const path = (env["PATH"] ?? "")
    .split(delimiter)
    .filter((dir) => dir !== "")
    .map((dir) => join(dir, name))
    .find(isExecutableFile);
  const version = path === undefined ? undefined : await versionOf(path, ask, env, signal);
  return version !== undefined && isSuitable(version) ? path : undefined;
}

/** The first version in what a program prints, without `v`. */
async function versionOf(
  path: string,
  args: readonly string[],
  env: Environment,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  try {
    const options = { cwd: tmpdir(), env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" }, signal };
    const result = await runCommand(path, args, options);
    return result.code === 0 ? /\bv?(\d+\.\d+\.\d+\S*)/.exec(result.stdout)?.[1] : undefined;
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof Error && "code" in error) {
      // Not there, not executable, or made for another processor: all mean that it cannot be used.
      return undefined;
    }
    throw error;
  }
}

/** `1.35` of `1.35.4`, and of `1.35-alpha.0`. */
function minorOf(version: string): string {
  return /^\d+\.\d+/.exec(version)?.[0] ?? version;
}

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
