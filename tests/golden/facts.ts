/** A resource that the program registered, without project and stack in its names. */
export interface Entry {
  readonly urn: string;
  readonly parent?: string;
  readonly provider?: string;
  readonly protect?: boolean;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Facts of resources by their URN, in the URNs' order. */
export type Facts = ReadonlyMap<string, readonly string[]>;

/** Every resource as lines `key.path: value`, one fact each. */
export function factsOf(entries: readonly Entry[]): Facts {
  return new Map(
    entries.map(({ urn, inputs, ...registration }) => [
      urn,
      [...Object.entries(registration).map(([key, value]) => `${key}: ${String(value)}`), ...linesOf(inputs, "")],
    ]),
  );
}

/** Resources one after the other, each under its URN. */
export function factsText(facts: Facts): string {
  return [...facts].map(([urn, lines]) => `${urn}\n${indented(lines, "  ")}`).join("\n");
}

/**
 * What a variant has otherwise than its base: `- <urn>` for a resource that it lacks, `+ <urn>` with all facts for one more,
 * and `~ <urn>` with the lines that went and came. Resources that are the same are left out.
 */
export function differencesText(base: Facts, variant: Facts): string {
  const urns = [...new Set([...base.keys(), ...variant.keys()])].sort();
  return urns
    .flatMap((urn) => {
      const [before, after] = [base.get(urn), variant.get(urn)];
      if (after === undefined) {
        return [`- ${urn}\n`];
      }
      if (before === undefined) {
        return [`+ ${urn}\n${indented(after, "  + ")}`];
      }
      const changes = lineChanges(before, after);
      return changes.length === 0 ? [] : [`~ ${urn}\n${indented(changes, "  ")}`];
    })
    .join("\n");
}

/** Lines that one text lacks (`+ `) or has too many (`- `) for the other, by their longest common subsequence. */
export function lineChanges(before: readonly string[], after: readonly string[]): string[] {
  const common = before.map(() => new Uint16Array(after.length + 1));
  common.push(new Uint16Array(after.length + 1));
  const lengthAt = (row: number, column: number) => common[row]?.[column] ?? 0;
  for (let row = before.length - 1; row >= 0; row--) {
    for (let column = after.length - 1; column >= 0; column--) {
      (common[row] as Uint16Array)[column] =
        before[row] === after[column]
          ? lengthAt(row + 1, column + 1) + 1
          : Math.max(lengthAt(row + 1, column), lengthAt(row, column + 1));
    }
  }
  const changes: string[] = [];
  let [row, column] = [0, 0];
  while (row < before.length || column < after.length) {
    if (row < before.length && column < after.length && before[row] === after[column]) {
      [row, column] = [row + 1, column + 1];
    } else if (
      column >= after.length ||
      (row < before.length && lengthAt(row + 1, column) >= lengthAt(row, column + 1))
    ) {
      changes.push(`- ${before[row++] ?? ""}`);
    } else {
      changes.push(`+ ${after[column++] ?? ""}`);
    }
  }
  return changes;
}

function indented(lines: readonly string[], indent: string): string {
  return lines.map((line) => `${indent}${line}\n`).join("");
}

function linesOf(value: unknown, path: string): string[] {
  if (Array.isArray(value)) {
    return value.length === 0
      ? [`${path}: []`]
      : value.flatMap((item, index) => linesOf(item, path + itemKey(value, index)));
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value);
    return entries.length === 0
      ? [`${path}: {}`]
      : entries.flatMap(([key, inner]) => linesOf(inner, path + keyText(key, path)));
  }
  return typeof value === "string" ? textLines(value, path) : [`${path}: ${JSON.stringify(value)}`];
}

/** Text that is JSON by its facts, text of several lines a line each. */
function textLines(text: string, path: string): string[] {
  const data = /^[{[]/.test(text) ? jsonOf(text) : undefined;
  if (data !== undefined) {
    return linesOf(data, `${path}(JSON)`);
  }
  return text.includes("\n")
    ? [`${path}: |`, ...text.split("\n").map((line) => `  ${line}`.trimEnd())]
    : [`${path}: ${quoted(text)}`];
}

/** Undefined for text whose blanks or order would be lost. */
function jsonOf(text: string): unknown {
  try {
    const data: unknown = JSON.parse(text);
    return [undefined, 2].some((indent) => JSON.stringify(data, null, indent) === text) ? data : undefined;
  } catch {
    return undefined;
  }
}

/** By name where all have one, so that one more does not change the keys of those behind it; plain values need none. */
function itemKey(items: readonly unknown[], index: number): string {
  const names = items.map((item) =>
    typeof item === "object" && item !== null ? (item as { name?: unknown }).name : "",
  );
  if (names.every((name) => name === "")) {
    return "[]";
  }
  const isKey = names.every((name) => typeof name === "string" && name !== "") && new Set(names).size === names.length;
  return isKey ? `[${String(names[index])}]` : `[${index}]`;
}

function keyText(key: string, path: string): string {
  return /^[\w$-]+$/.test(key) ? `${path === "" ? "" : "."}${key}` : `[${JSON.stringify(key)}]`;
}

/** As it is where nobody could take it for something else. */
function quoted(text: string): string {
  return /^[A-Za-z_*/][\w ./:*@%=,+$-]*$/.test(text) && !/^(true|false|null)$|: | $/.test(text)
    ? text
    : JSON.stringify(text);
}
