import type { AccessChange } from "../../analysis/access/diff.ts";
import type { Grant } from "../../analysis/access/grants.ts";
import type { AccessEdge } from "../../analysis/access/matrix.ts";
import { styleFor } from "./style.ts";

type Stream = Parameters<typeof styleFor>[0];

/** `mesh access STACK --json`. */
export interface AccessJson {
  readonly command: "access";
  readonly stack: string;
  /** Every ordered pair. */
  readonly edges: readonly AccessEdge[];
}

/** `mesh access STACK --diff REF --json`. */
export interface AccessDiffJson {
  readonly command: "access";
  readonly stack: string;
  readonly diff: string;
  readonly changes: readonly AccessChange[];
}

/** The matrix for a terminal: for everybody who may call, and by what all others are refused. */
export function accessLines(stack: string, edges: readonly AccessEdge[], stream: Stream): string[] {
  const { bold, dim } = styleFor(stream);
  const width = Math.max(...edges.map(({ from }) => from.length)) + 2;
  return [
    bold(head(stack, edges)),
    ...callees(edges).flatMap((to) => {
      const { open, refused } = towards(edges, to);
      return [
        "",
        bold(to),
        ...open.flatMap(({ from, grants, by }) => [
          ...grants.map((grant, index) => `  ${(index === 0 ? from : "").padEnd(width)}${grantText(grant)}`),
          dim(`  ${"".padEnd(width)}by ${by.join(", ")}`),
        ]),
        ...refused.map(({ by, from }) => dim(`  refused: ${from.join(", ")}, by ${by}`)),
      ];
    }),
  ];
}

/** The matrix as Markdown, for a pull request or an audit. */
export function accessMarkdown(stack: string, edges: readonly AccessEdge[]): string[] {
  return [
    `# ${head(stack, edges)}`,
    ...callees(edges).flatMap((to) => {
      const { open, refused } = towards(edges, to);
      return [
        "",
        `## ${to}`,
        "",
        "| From | May ask | By |",
        "| --- | --- | --- |",
        ...open.map(({ from, grants, by }) => row(from, grants.map(grantText).join("<br>"), by.join("<br>"))),
        ...refused.map(({ by, from }) => row(from.join(", "), "nothing", by)),
      ];
    }),
  ];
}

/** What a change opens and closes, as lines with + and -. */
export function changeLines(stack: string, ref: string, changes: readonly AccessChange[]): string[] {
  if (changes.length === 0) {
    return [`${stack}: the same callers may ask the same as at ${ref}`];
  }
  return [
    `${stack}: what is different from ${ref} (+ opened, - closed)`,
    ...changes.flatMap(({ from, to, opened, closed }) => [
      ...closed.map((grant) => `- ${from} -> ${to}: ${grantText(grant)}`),
      ...opened.map((grant) => `+ ${from} -> ${to}: ${grantText(grant)}`),
    ]),
  ];
}

/** The same as Markdown: GitHub colours the lines of a diff. */
export function changeMarkdown(stack: string, ref: string, changes: readonly AccessChange[]): string[] {
  const [title = "", ...lines] = changeLines(stack, ref, changes);
  return lines.length === 0 ? [title] : [title, "", "```diff", ...lines, "```"];
}

function head(stack: string, edges: readonly AccessEdge[]): string {
  const open = edges.filter(({ allowed }) => allowed).length;
  return `${stack}: which service can call which (${open} of ${edges.length} ordered pairs)`;
}

function callees(edges: readonly AccessEdge[]): string[] {
  const called = new Set(edges.map(({ to }) => to));
  // In the order of those who call, in which everybody comes who is called.
  return [...new Set(edges.map(({ from }) => from))].filter((name) => called.has(name));
}

interface Refused {
  readonly by: string;
  readonly from: readonly string[];
}

function towards(edges: readonly AccessEdge[], to: string): { open: AccessEdge[]; refused: Refused[] } {
  const all = edges.filter((edge) => edge.to === to);
  const closed = all.filter(({ allowed }) => !allowed);
  const reasons = [...new Set(closed.map(({ by }) => by.join(", ")))];
  return {
    open: all.filter(({ allowed }) => allowed),
    refused: reasons.map((by) => ({
      by,
      from: closed.filter((edge) => edge.by.join(", ") === by).map(({ from }) => from),
    })),
  };
}

function grantText({ methods, paths, ports, conditions }: Grant): string {
  const verbs = methods.includes("*") ? "any method" : methods.join(", ");
  const where = paths.includes("*") ? "any path" : paths.join(", ");
  const port = ports === undefined ? "" : ` on port ${ports.join(", ")}`;
  return `${verbs}: ${where}${port}${conditions.length === 0 ? "" : ` (${conditions.join("; ")})`}`;
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("*", "\\*")).join(" | ")} |`;
}
