import { existsSync, readFileSync } from "node:fs";
import { assertKnownStack } from "../../../mesh/load/stack-files.ts";
import { readForwards, type Forward } from "../../cluster/forwards.ts";
import type { PodRuntime } from "../../contracts.ts";
import { readControlPlane } from "../../control-plane/read.ts";
import { programsBelow } from "../../control-plane/strays.ts";
import { readState, type StateResource } from "../checkpoint.ts";
import { reportCluster, type ClusterReport } from "../cluster-report.ts";
import { currentOwner } from "../lock.ts";
import { stackPaths, type Places } from "../paths.ts";
import { sandboxedStacks } from "./down.ts";

/** The resources of one type in a stack's state. */
export interface KindStatus {
  readonly type: string;
  readonly count: number;
  /** Those that the engine recorded as made but not ready. */
  readonly notReady: number;
}

/** What there is of one stack. */
export interface StackStatus {
  readonly stack: string;
  /** Program names and process ids of its control plane, also of one that is only half there; empty when none runs. */
  readonly processes: Readonly<Record<string, number>>;
  readonly server?: string;
  readonly kubeconfig?: string;
  /** The command that works on it now. */
  readonly busy?: { readonly pid: number; readonly command: string };
  readonly resources: readonly KindStatus[];
  /** Operations that a killed run left unfinished; the next command does them again. */
  readonly unfinished: number;
  /** Absent when its control plane does not run. */
  readonly cluster?: ClusterReport;
  /** What runs the pods; absent when its control plane does not run. */
  readonly podRuntime?: PodRuntime;
  /** Ports of this machine that lead to the gateways. */
  readonly forwards: readonly Forward[];
  /** Charts that the last `up` represented and did not run. */
  readonly represented: readonly string[];
}

/**
 * What runs and what is recorded, for one stack or for all that the sandbox has.
 * @throws ConfigError for an unknown stack.
 */
export async function status(stack: string | undefined, places: Places): Promise<StackStatus[]> {
  const known = sandboxedStacks(places);
  if (stack !== undefined && !known.includes(stack)) {
    assertKnownStack(places.projectDir, stack);
  }
  return Promise.all((stack === undefined ? known : [stack]).map(async (name) => statusOf(name, places)));
}

async function statusOf(stack: string, places: Places): Promise<StackStatus> {
  const paths = stackPaths(places, stack);
  const plane = readControlPlane(paths.controlPlane);
  const owner = currentOwner(paths.lock);
  const state = readState(paths.checkpoint);
  return {
    stack,
    processes: plane?.processes ?? leftPrograms(paths.controlPlane),
    ...(plane === undefined ? {} : { server: plane.server, kubeconfig: plane.kubeconfig }),
    ...(owner === undefined ? {} : { busy: { pid: owner.pid, command: owner.command } }),
    resources: byKind(state.resources),
    unfinished: state.pending.length,
    ...(plane === undefined ? {} : { cluster: await reportCluster(plane.kubeconfig), podRuntime: plane.podRuntime }),
    forwards: plane === undefined ? [] : readForwards(plane.forwards),
    represented: state.resources.length === 0 ? [] : representedCharts(paths.summary),
  };
}

function leftPrograms(dir: string): Record<string, number> {
  return Object.fromEntries(programsBelow(dir).map(({ program, identity }) => [program, identity.pid]));
}

/** Counts the resources of each type. */
export function byKind(resources: readonly StateResource[]): KindStatus[] {
  const custom = resources.filter((resource) => resource.custom && !resource.type.startsWith("pulumi:providers:"));
  const types = [...new Set(custom.map(({ type }) => type))].sort();
  return types.map((type) => {
    const own = custom.filter((resource) => resource.type === type);
    return {
      type,
      count: own.length,
      notReady: own.filter((resource) => (resource.initErrors ?? []).length > 0).length,
    };
  });
}

function representedCharts(path: string): string[] {
  if (!existsSync(path)) {
    return [];
  }
  try {
    const summary = JSON.parse(readFileSync(path, "utf8")) as { represented?: { chart: string }[] };
    return [...new Set((summary.represented ?? []).map(({ chart }) => chart))].sort();
  } catch {
    // Cut off while it was written: the next `up` writes it again, and everything else that status knows still counts.
    return [];
  }
}
