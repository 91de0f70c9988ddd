import { createRequire } from "node:module";
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Toolchain } from "../contracts.ts";
import { processesOfProgramsIn } from "../processes/command-lines.ts";
import type { StackPaths } from "./paths.ts";

const EXECUTABLE = "pulumi-resource-kubernetes";

/**
 * Puts Pulumi's own Kubernetes provider where the engine looks for the plugin of the SDK's version, and empties its
 * temporary folder. Links, because it has 85 MB; the schema lies beside one that was built here, a plugin has it inside.
 */
export function installKubernetesProvider(
  paths: Pick<StackPaths, "pulumiHome" | "home">,
  { kubernetesProvider }: Pick<Toolchain, "kubernetesProvider">,
): void {
  rmSync(temporaryFolder(paths.home), { recursive: true, force: true });
  mkdirSync(temporaryFolder(paths.home), { recursive: true, mode: 0o700 });
  const dir = join(paths.pulumiHome, "plugins", `resource-kubernetes-v${kubernetesSdkVersion()}`);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  link(kubernetesProvider, join(dir, EXECUTABLE));
  const schema = join(dirname(kubernetesProvider), "schema.json");
  if (existsSync(schema)) {
    link(schema, join(dir, "schema.json"));
  }
}

/**
 * What the provider reads of its environment: the sandbox's cluster and no other, folders of its own for Helm, and as many
 * calls a second as the API server takes.
 */
export function kubernetesProviderEnvironment({
  home,
  controlPlane,
}: Pick<StackPaths, "home" | "controlPlane">): Record<string, string> {
  return {
    HOME: home,
    KUBECONFIG: join(controlPlane, "kubeconfig"),
    HELM_CACHE_HOME: join(home, "helm", "cache"),
    HELM_CONFIG_HOME: join(home, "helm", "config"),
    HELM_DATA_HOME: join(home, "helm", "data"),
    // For each release it leaves a kubeconfig there, with the key of the cluster's administrator.
    TMPDIR: temporaryFolder(home),
    PULUMI_K8S_CLIENT_QPS: "500",
    PULUMI_K8S_CLIENT_BURST: "1000",
  };
}

/**
 * Ends at once the providers that an engine left behind: one that was killed leaves a provider that goes on for minutes, and
 * two of them must not work on one cluster. What it left half done, recovery finds.
 */
export function endLeftProviders({ pulumiHome }: Pick<StackPaths, "pulumiHome">): void {
  for (const { pid } of processesOfProgramsIn(pulumiHome)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself meanwhile.
    }
  }
}

/** Version of `@pulumi/kubernetes`, which is that of the plugin that the engine asks for. */
export function kubernetesSdkVersion(): string {
  const manifest = createRequire(import.meta.url)("@pulumi/kubernetes/package.json") as { version: string };
  return manifest.version;
}

function temporaryFolder(home: string): string {
  return join(home, "tmp");
}

/** Renamed into place: another command's engine may be starting the old one. */
function link(target: string, path: string): void {
  const unfinished = `${path}.${process.pid}`;
  rmSync(unfinished, { force: true });
  symlinkSync(target, unfinished);
  renameSync(unfinished, path);
}
