import { tmpdir } from "node:os";
import { runCommand } from "../../sandbox/toolchain/run-command.ts";
import type { PodName } from "./pods.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

/**
 * Arguments of istioctl for a question about proxies.
 * @param pod undefined: all proxies, for their status
 */
export function istioctlArguments(
  what: string,
  pod: PodName | undefined,
  kubeconfig: string,
  json: boolean,
): readonly string[] {
  const asked = what === "status" ? ["proxy-status"] : ["proxy-config", what];
  const about = pod === undefined ? [] : [`${pod.name}.${pod.namespace}`];
  return [...asked, ...about, "--kubeconfig", kubeconfig, ...(json ? ["--output", "json"] : [])];
}

/**
 * Runs istioctl and returns what it prints.
 * @param env a kubeconfig of AWS runs a program that looks for its login there
 * @throws CommandError `proxy.istioctl` with its own words
 */
export async function askIstioctl(
  istioctl: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<string> {
  const { code, stdout, stderr } = await runCommand(istioctl, args, { cwd: tmpdir(), env, signal });
  if (code !== 0) {
    const said = stderr.trim().replace(/^Error: /, "");
    throw new CommandError(
      "proxy.istioctl",
      `istioctl ${args.slice(0, args.indexOf("--kubeconfig")).join(" ")}: ${said === "" ? "it ended without a word" : said}`,
      "A pod without a proxy, and one that is placed and not run, has nothing to say.",
    );
  }
  return stdout;
}
