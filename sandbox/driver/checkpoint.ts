import { existsSync, readFileSync, rmSync } from "node:fs";
import { replaceFile } from "../processes/replace-file.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

/** What the sandbox reads of a resource in the engine's state. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly custom: boolean;
  readonly id?: string;
  readonly parent?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly initErrors?: readonly string[];
  readonly protect?: boolean;
}

/** An operation that the engine had begun and not finished when it was killed. */
export interface PendingOperation {
  readonly urn: string;
  /** The resource as it was to be. */
  readonly resource: StateResource;
  /** `creating`, `updating`, `deleting`, `reading` or `importing`. */
  readonly type: string;
}

/** A stack's state, read without starting the engine. */
export interface StackState {
  readonly resources: readonly StateResource[];
  readonly pending: readonly PendingOperation[];
}

interface CheckpointFile {
  version: number;
  checkpoint: { stack: string; latest?: Deployment };
}

interface Deployment {
  resources?: StateResource[];
  pending_operations?: { resource: StateResource; type: string }[];
}

const NOTHING: StackState = { resources: [], pending: [] };

/**
 * The state in the file backend; empty when the stack was never up.
 * @throws CommandError `state.unreadable`
 */
export function readState(path: string): StackState {
  const file = readCheckpoint(path);
  const latest = file?.checkpoint.latest;
  if (latest === undefined) {
    return NOTHING;
  }
  const pending = (latest.pending_operations ?? []).map((operation) => ({
    urn: operation.resource.urn,
    resource: operation.resource,
    type: operation.type,
  }));
  return { resources: latest.resources ?? [], pending };
}

/** Outputs of the stack's program after its last run; none when it was never up. Secrets are as the engine sealed them. */
export function stackOutputs(path: string): Readonly<Record<string, unknown>> {
  return readState(path).resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {};
}

/** Takes the unfinished operations out of the state: the engine would only warn of them; the sandbox knows how to finish them. */
export function clearPending(path: string): void {
  const file = readCheckpoint(path);
  if (file?.checkpoint.latest?.pending_operations !== undefined) {
    delete file.checkpoint.latest.pending_operations;
    saveState(path, JSON.stringify(file, undefined, 4));
  }
}

/** Records resources as made, at the end of the state: whatever they depend on was there before them. */
export function addResources(path: string, added: readonly StateResource[]): void {
  changeResources(path, (resources) => {
    const known = new Set(resources.map(({ urn }) => urn));
    return [...resources, ...added.filter(({ urn }) => !known.has(urn))];
  });
}

/** Forgets resources that are gone. Nothing that stays may depend on them. */
export function removeResources(path: string, urns: readonly string[]): void {
  changeResources(path, (resources) => resources.filter(({ urn }) => !urns.includes(urn)));
}

/**
 * Makes a state ready for its destroy, and returns how many resources were protected. What `protect` guards in a cloud is data
 * and addresses; in the sandbox there are none. And a destroy runs no program that would tell providers where the API server
 * is by now: without a kubeconfig of their own they take that of their environment.
 */
export function readyForDestroy(path: string): number {
  const guarded = readState(path).resources.filter(({ protect }) => protect === true).length;
  changeResources(path, (resources) =>
    resources.map((resource) => {
      const { kubeconfig, ...inputs } = resource.inputs ?? {};
      const leads = resource.type === "pulumi:providers:kubernetes" && kubeconfig !== undefined;
      return { ...resource, ...(leads ? { inputs } : {}), protect: false };
    }),
  );
  return guarded;
}

function changeResources(path: string, change: (resources: readonly StateResource[]) => StateResource[]): void {
  const file = readCheckpoint(path);
  if (file?.checkpoint.latest !== undefined) {
    file.checkpoint.latest.resources = change(file.checkpoint.latest.resources ?? []);
    saveState(path, JSON.stringify(file, undefined, 4));
  }
}

/** Makes the empty stack, as `pulumi stack init` does, when there is none yet: saves one start of the engine. */
export function ensureStack(path: string, qualifiedName: string): void {
  if (!existsSync(path)) {
    saveState(path, JSON.stringify({ version: 3, checkpoint: { stack: qualifiedName } }, undefined, 4));
  }
}

function readCheckpoint(path: string): CheckpointFile | undefined {
  if (!existsSync(path)) {
    return undefined;
  }
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (isCheckpoint(value)) {
      return value;
    }
  } catch (error) {
    throw unreadable(path, "is not valid JSON", error);
  }
  throw unreadable(path, "holds no checkpoint of Pulumi");
}

function isCheckpoint(value: unknown): value is CheckpointFile {
  return (
    typeof value === "object" &&
    value !== null &&
    "checkpoint" in value &&
    typeof value.checkpoint === "object" &&
    value.checkpoint !== null
  );
}

function unreadable(path: string, what: string, cause?: unknown): CommandError {
  const backup = `${path}.bak`;
  const remediation = "start again with: mesh down --purge";
  return new CommandError(
    "state.unreadable",
    `the stack's state file ${what}: ${path}`,
    existsSync(backup) ? `Put the backup in its place (${backup}), or ${remediation}` : `S${remediation.slice(1)}`,
    { cause },
  );
}

function saveState(path: string, text: string): void {
  replaceFile(path, text);
  // An attribute file of the backend's blob store would hold the checksum of the old content.
  rmSync(`${path}.attrs`, { force: true });
}
