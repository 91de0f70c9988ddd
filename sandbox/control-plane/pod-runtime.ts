import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import type { PodRuntime, Toolchain } from "../contracts.ts";
import { PROGRAM_NAMES, type Layout, type ProgramName } from "./layout.ts";

/** Where `nft` and `iptables` are, on machines whose users do not have them on the PATH. */
export const SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * What can run pods on this machine: kubelets, where Linux lets this user make network namespaces, else kwok, which only
 * marks them as running. `MESH_PODS=placed` asks for kwok.
 */
export async function choosePodRuntime(
  toolchain: Pick<Toolchain, "meshNode">,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<PodRuntime> {
  if (env["MESH_PODS"] === "placed") {
    return { kind: "kwok", reason: "MESH_PODS=placed asks for it" };
  }
  if (process.platform !== "linux") {
    return { kind: "kwok", reason: "pods run on Linux alone" };
  }
  try {
    await promisify(execFile)(toolchain.meshNode, ["check"], { env: { PATH: SYSTEM_PATH } });
    return { kind: "kubelet" };
  } catch (error) {
    const said = error instanceof Error && "stdout" in error ? String(error.stdout).trim() : "";
    return { kind: "kwok", reason: said === "" ? String(error) : said };
  }
}

/** What the last start chose. Undefined before the first one. */
export function readPodRuntime(layout: Layout): PodRuntime | undefined {
  if (!existsSync(layout.podRuntime)) {
    return undefined;
  }
  return JSON.parse(readFileSync(layout.podRuntime, "utf8")) as PodRuntime;
}

/** The programs of a control plane, in the order of starting. */
export function programsFor(runtime: PodRuntime): readonly ProgramName[] {
  const absent = runtime.kind === "kubelet" ? "kwok" : "mesh-node";
  return PROGRAM_NAMES.filter((name) => name !== absent);
}
