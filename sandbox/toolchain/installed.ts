import { accessSync, constants, existsSync, statSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { SandboxError, type Toolchain } from "../contracts.ts";
import { runCommand } from "./run-command.ts";
import {
  ETCD_VERSION,
  ISTIO_VERSION,
  KUBERNETES_PROVIDER_VERSION,
  KUBERNETES_VERSION,
  KWOK_VERSION,
  PULUMI_MINORS,
} from "./versions.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** A program that may be taken from the PATH. */
interface Known {
  readonly key: keyof Toolchain;
  readonly name: string;
  /** Arguments that make it print its version. */
  readonly version: readonly string[];
  readonly isSuitable: (version: string) => boolean;
}

const MINOR_OF_KUBERNETES = (version: string): boolean => minorOf(version) === minorOf(KUBERNETES_VERSION);

const KNOWN: readonly Known[] = [
  { key: "pulumi", name: "pulumi", version: ["version"], isSuitable: isSuitablePulumi },
  { key: "kubeApiserver", name: "kube-apiserver", version: ["--version"], isSuitable: MINOR_OF_KUBERNETES },
  {
    key: "kubeControllerManager",
    name: "kube-controller-manager",
    version: ["--version"],
    isSuitable: MINOR_OF_KUBERNETES,
  },
  { key: "kubeScheduler", name: "kube-scheduler", version: ["--version"], isSuitable: MINOR_OF_KUBERNETES },
  {
    key: "etcd",
    name: "etcd",
    version: ["--version"],
    isSuitable: (version) => minorOf(version) === minorOf(ETCD_VERSION),
  },
  { key: "kwok", name: "kwok", version: ["--version"], isSuitable: (version) => version === KWOK_VERSION },
  {
    key: "istioctl",
    name: "istioctl",
    version: ["version", "--remote=false", "--short"],
    // The stacks' minor version too: one version apart is what Istio supports.
    isSuitable: (version) => ["1.30", minorOf(ISTIO_VERSION)].includes(minorOf(version)),
  },
];

/**
 * Programs that the user already has: the first on the PATH where its version is one that the sandbox is tested with (of
 * Kubernetes, etcd and Istio the same minor version), Pulumi's Kubernetes provider from Pulumi's own home, and as the CLI of
 * Pulumi what MESH_PULUMI names, whatever its version.
 * @returns their paths; what is missing has to be built.
 * @throws SandboxError `toolchain.pulumi-unusable` when MESH_PULUMI names something that is not a Pulumi CLI.
 */
export async function installedPrograms(env: Environment, signal?: AbortSignal): Promise<Partial<Toolchain>> {
  const found = await Promise.all(
    KNOWN.map(async (known): Promise<[keyof Toolchain, string] | undefined> => {
      const path =
        known.key === "pulumi" ? await installedPulumi(known, env, signal) : await onPath(known, env, signal);
      return path === undefined ? undefined : [known.key, path];
    }),
  );
  const plugin = installedProvider(env);
  return {
    ...(Object.fromEntries(found.filter((entry) => entry !== undefined)) as Partial<Toolchain>),
    ...(plugin === undefined ? {} : { kubernetesProvider: plugin }),
  };
}

/** True for a version that may run this project's stacks: Pulumi 3 at a minor version that the project is tested with. */
export function isSuitablePulumi(version: string): boolean {
  const match = /^v?3\.(\d+)\.\d+/.exec(version);
  return match !== null && PULUMI_MINORS.includes(Number(match[1]));
}

async function installedPulumi(
  known: Known,
  env: Environment,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const named = env["MESH_PULUMI"];
  if (named === undefined || named === "") {
    return onPath(known, env, signal);
  }
  if ((await versionOf(named, known.version, env, signal)) === undefined) {
    throw new SandboxError(
      "toolchain.pulumi-unusable",
      `MESH_PULUMI names ${named}, which does not answer \`pulumi version\``,
      "Correct MESH_PULUMI or unset it.",
    );
  }
  return named;
}

/** The plugin as `pulumi plugin install` leaves it: a mark beside its folder says when that did not come to an end. */
function installedProvider(env: Environment): string | undefined {
  const named = env["PULUMI_HOME"];
  const home = named !== undefined && named !== "" ? named : join(env["HOME"] ?? homedir(), ".pulumi");
  const folder = join(home, "plugins", `resource-kubernetes-v${KUBERNETES_PROVIDER_VERSION}`);
  const program = join(folder, "pulumi-resource-kubernetes");
  return isExecutableFile(program) && !existsSync(`${folder}.partial`) ? program : undefined;
}

async function onPath(known: Known, env: Environment, signal: AbortSignal | undefined): Promise<string | undefined> {
  const path = (env["PATH"] ?? "")
    .split(delimiter)
    .filter((dir) => dir !== "")
    .map((dir) => join(dir, known.name))
    .find(isExecutableFile);
  const version = path === undefined ? undefined : await versionOf(path, known.version, env, signal);
  return version !== undefined && known.isSuitable(version) ? path : undefined;
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
