import { stripVTControlCharacters } from "node:util";
import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation/index.js";

/** What happens to a resource, as the commands report it. */
export type ChangeOp = "create" | "update" | "replace" | "delete" | "read" | "import" | "refresh";

/** One changed property. Values are plain data; a secret is a mark and never its value. */
export interface PropertyChange {
  /** E.g. `spec.http[0].route[0].weight`. */
  readonly path: string;
  readonly kind: "add" | "delete" | "update";
  readonly old?: unknown;
  readonly new?: unknown;
  /** This property forces the replacement. */
  readonly replaces: boolean;
}

/** One changed resource. */
export interface Change {
  readonly urn: string;
  readonly op: ChangeOp;
  readonly properties: readonly PropertyChange[];
}

/** How many resources each operation touches. */
export interface ChangeCounts {
  readonly create: number;
  readonly update: number;
  readonly replace: number;
  readonly delete: number;
  readonly same: number;
}

/** A message of the engine or of a provider at the level of an error. */
export interface EngineProblem {
  /** The resource it is about; absent for the program itself. */
  readonly urn?: string;
  readonly message: string;
}

/** Everything a run of the engine said, gathered from its events. */
export interface ChangeLog {
  readonly counts: ChangeCounts;
  /** All but `same`, in the order in which they were begun. */
  readonly changed: readonly Change[];
  readonly problems: readonly EngineProblem[];
}

/** Gathers events as they arrive. */
export class ChangeCollector {
  readonly #changes = new Map<string, Change>();
  readonly #same = new Set<string>();
  readonly #problems: EngineProblem[] = [];

  /** Takes in one event; events that say nothing of changes are passed over. */
  add(event: EngineEvent): void {
    if (event.resourcePreEvent !== undefined) {
      this.#step(event.resourcePreEvent.metadata);
    } else if (event.diagnosticEvent?.severity === "error") {
      const { urn, message } = event.diagnosticEvent;
      this.#problem(urn, message);
    }
  }

  /** The log so far. */
  log(): ChangeLog {
    const changed = [...this.#changes.values()];
    const count = (op: ChangeOp): number => changed.filter((change) => change.op === op).length;
    const same = [...this.#same].filter((urn) => !this.#changes.has(urn)).length;
    return {
      counts: {
        create: count("create"),
        update: count("update"),
        replace: count("replace"),
        delete: count("delete"),
        same,
      },
      changed,
      problems: this.#problems,
    };
  }

  #step(step: StepEventMetadata): void {
    const op = changeOp(step.op);
    if (op === undefined) {
      this.#same.add(step.urn);
      return;
    }
    const before = this.#changes.get(step.urn);
    // A replacement comes as up to three steps on one URN, and the `replace` step has the whole difference.
    if (before === undefined || (op === "replace" && before.properties.length === 0)) {
      this.#changes.set(step.urn, { urn: step.urn, op, properties: propertyChanges(step) });
    } else if (before.op === "delete" && op === "create") {
      this.#changes.set(step.urn, { ...before, op: "replace" });
    }
  }

  #problem(urn: string | undefined, text: string): void {
    const message = plainText(text);
    const known = this.#problems.some((problem) => problem.urn === urn && problem.message === message);
    if (message !== "" && !known) {
      this.#problems.push(urn === undefined || urn === "" ? { message } : { urn, message });
    }
  }
}

/** Undefined for a resource that stays as it is. */
function changeOp(op: string): ChangeOp | undefined {
  switch (op) {
    case "same":
      return undefined;
    case "create":
    case "update":
    case "delete":
    case "import":
    case "refresh":
      return op;
    case "read":
    case "read-replacement":
      // Reading what exists changes nothing.
      return undefined;
    case "create-replacement":
    case "delete-replaced":
    case "replace":
    case "import-replacement":
    case "discard-replaced":
    case "remove-pending-replace":
      return "replace";
    default:
      return "update";
  }
}

function propertyChanges(step: StepEventMetadata): PropertyChange[] {
  const detailed = Object.entries(step.detailedDiff ?? {});
  if (detailed.length === 0) {
    return (step.diffs ?? []).map((path) =>
      propertyChange(step, path, step.keys?.includes(path) === true ? "update-replace" : "update"),
    );
  }
  return detailed
    .map(([path, diff]) => propertyChange(step, path, diff.diffKind))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function propertyChange(step: StepEventMetadata, path: string, diffKind: string): PropertyChange {
  const kind = diffKind.startsWith("add") ? "add" : diffKind.startsWith("delete") ? "delete" : "update";
  return {
    path,
    kind,
    ...(kind === "add" ? {} : { old: valueAt(step.old?.inputs, path) }),
    ...(kind === "delete" ? {} : { new: valueAt(step.new?.inputs, path) }),
    replaces: diffKind.endsWith("replace"),
  };
}

/** Reads `a.b[0]["c.d"]` out of plain data; undefined where there is nothing. */
export function valueAt(data: unknown, path: string): unknown {
  const keys = [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map((match) =>
    match[1] === undefined ? (match[2] ?? match[3] ?? "") : match[1].replace(/\\(.)/g, "$1"),
  );
  return keys.reduce<unknown>((value, key) => (isIndexable(value) ? value[key] : undefined), data);
}

function isIndexable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Strips the engine's own colour marks (`<{%reset%}>`) and terminal escapes. */
export function plainText(text: string): string {
  return stripVTControlCharacters(text.replace(/<\{%[^%]*%\}>/g, "")).trim();
}
