import type { Change, ChangeCounts, ChangeOp, PropertyChange } from "../../sandbox/driver/commands/index.ts";
import { shortName } from "../../sandbox/driver/errors.ts";
import { styleFor } from "./style.ts";

const SIGNS: Readonly<Record<ChangeOp, string>> = {
  create: "+",
  update: "~",
  replace: "+-",
  delete: "-",
  read: ">",
  import: "=",
  refresh: "~",
};
const LONGEST_VALUE = 100;

/** One line for each changed resource, and below an update one line for each changed property. */
export function diffLines(changes: readonly Change[], stream: { readonly isTTY?: boolean }): string[] {
  const color = styleFor(stream);
  const paint: Readonly<Record<ChangeOp, (text: string) => string>> = {
    create: color.green,
    update: color.yellow,
    replace: color.magenta,
    delete: color.red,
    read: color.cyan,
    import: color.cyan,
    refresh: color.yellow,
  };
  return changes.flatMap((change) => {
    const head = paint[change.op](`${SIGNS[change.op].padStart(2)} ${change.op} ${shortName(change.urn)}`);
    const shown = change.op === "update" || change.op === "replace" ? change.properties : [];
    return [head, ...shown.map((property) => `     ${propertyLine(property)}`)];
  });
}

/** `3 to create, 1 to update, 80 unchanged`. */
export function countsLine(counts: ChangeCounts, tense: "future" | "past"): string {
  const words = { create: "created", update: "updated", replace: "replaced", delete: "deleted" } as const;
  const parts = (["create", "update", "replace", "delete"] as const)
    .filter((op) => counts[op] > 0)
    .map((op) => (tense === "future" ? `${counts[op]} to ${op}` : `${counts[op]} ${words[op]}`));
  return [...parts, ...(counts.same > 0 ? [`${counts.same} unchanged`] : [])].join(", ") || "nothing to do";
}

/** `path: old -> new`. */
export function propertyLine(property: PropertyChange): string {
  const replaces = property.replaces ? " (forces replacement)" : "";
  switch (property.kind) {
    case "add":
      return `${property.path}: added ${valueText(property.new)}${replaces}`;
    case "delete":
      return `${property.path}: removed ${valueText(property.old)}${replaces}`;
    default:
      return `${property.path}: ${valueText(property.old)} -> ${valueText(property.new)}${replaces}`;
  }
}

const UNKNOWN_VALUE = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const SECRET_KEY = "4dabf18193072939515e22adb298388d";
/** What stands for a value that cannot be shown, with the quotes that JSON puts around it. */
const MARK = /"\((known after up|secret)\)"/g;

function valueText(value: unknown): string {
  if (value === undefined) {
    return "(known after up)";
  }
  // Also inside of an object that is added or removed as a whole.
  const text = JSON.stringify(value, (_, part: unknown) => markOf(part) ?? part).replaceAll(MARK, "($1)");
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}...` : text;
}

function markOf(part: unknown): string | undefined {
  if (part === UNKNOWN_VALUE) {
    return "(known after up)";
  }
  const isSecret = part === "[secret]" || (typeof part === "object" && part !== null && SECRET_KEY in part);
  return isSecret ? "(secret)" : undefined;
}
