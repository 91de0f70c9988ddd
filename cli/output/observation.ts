import { latenciesOf, type Latencies } from "../../analysis/observation/latency.ts";
import type { FailedCall, Reply } from "../../analysis/observation/reply.ts";
import type { Verdict } from "../../analysis/observation/verdict.ts";
import { styleFor } from "./style.ts";
import type { RequestReport } from "../request/report.ts";

/** The JSON of `mesh request`. */
export interface RequestJson {
  readonly command: "request";
  readonly stack: string;
  readonly request: string;
  readonly wanted: number;
  readonly sent: number;
  readonly through: string;
  /** Null without TLS. */
  readonly certificate: string | null;
  /** Number of replies by status; `none` where the connection failed. */
  readonly statuses: Readonly<Record<string, number>>;
  /** By the name that containers give themselves. */
  readonly names: Readonly<Record<string, number>>;
  /** Why there was no reply. */
  readonly errors: Readonly<Record<string, number>>;
  /** Calls behind the replies that did not succeed: `500 http://...`. */
  readonly failedCalls: Readonly<Record<string, number>>;
  /** Null where nothing came back. */
  readonly latencyMs: Latencies | null;
  readonly durationMs: number;
  /** Null where nothing was foretold. */
  readonly verdict: Verdict | null;
  readonly body?: string;
}

/** Builds that JSON. @param withBody the first answer's body, too */
export function requestJson(stack: string, report: RequestReport, withBody: boolean): RequestJson {
  const { replies, durationMs, first } = report.observation;
  return {
    command: "request",
    stack,
    request: report.request,
    wanted: report.wanted,
    sent: replies.length,
    through: report.through,
    certificate: report.certificate ?? null,
    statuses: counted(replies.map(({ status }) => (status === null ? "none" : String(status)))),
    names: counted(replies.flatMap(({ name }) => name ?? [])),
    errors: counted(replies.flatMap(({ error }) => error ?? [])),
    failedCalls: counted(replies.flatMap(deepest).map(callWords)),
    latencyMs: latencies(replies) ?? null,
    durationMs: Math.round(durationMs),
    verdict: report.verdict ?? null,
    ...(withBody && first !== undefined ? { body: first.body } : {}),
  };
}

/** The lines that a person reads: what was seen beside what was foretold. */
export function requestLines(report: RequestReport, stream: { readonly isTTY?: boolean }): string[] {
  const color = styleFor(stream);
  const { observation, verdict, wanted, through, certificate } = report;
  const { replies, durationMs } = observation;
  const times = latencies(replies);
  return [
    color.bold(`${report.request}: ${replies.length} sent in ${(durationMs / 1000).toFixed(1)} s`),
    `through      ${through}`,
    ...(certificate === undefined ? [] : [`certificate  ${certificate}`]),
    ...(replies.length < wanted ? [color.yellow(`time was over: ${wanted - replies.length} were not sent`)] : []),
    "",
    ...(verdict === undefined ? namesSeen(replies) : comparison(verdict, replies.length, color)),
    "",
    `status       ${tally(replies.map(({ status }) => (status === null ? "none" : String(status))))}`,
    ...labelled("no answer", counted(replies.flatMap(({ error }) => error ?? []))),
    ...labelled("failed call", counted(replies.flatMap(deepest).map(callWords))),
    ...(times === undefined
      ? []
      : [`latency      p50 ${ms(times.p50)}   p90 ${ms(times.p90)}   p99 ${ms(times.p99)}   max ${ms(times.max)}`]),
    "",
    ...(verdict === undefined
      ? [color.dim("nothing was foretold: the caller is no service of the stack")]
      : verdict.agrees
        ? [color.green("as foretold by mesh explain")]
        : verdict.because.map((why) => `${color.red("not as foretold:")} ${why}`)),
  ];
}

type Color = ReturnType<typeof styleFor>;

function comparison({ outcomes, limited, unnamed }: Verdict, sent: number, color: Color): string[] {
  const counted = sent - limited;
  const width = Math.max(8, ...outcomes.map(({ what }) => what.length));
  const rows = outcomes.map(({ what, count, foretold, likely, agrees }) => {
    const seen = `${String(count).padStart(6)}  ${percent(counted === 0 ? 0 : count / counted).padStart(7)}`;
    const range =
      foretold === 0
        ? "ruled out"
        : `${percent(foretold)}${likely.from === likely.to ? "" : `  (${likely.from} to ${likely.to})`}`;
    return `  ${what.padEnd(width)}  ${seen}   ${range.padEnd(24)}${agrees ? "" : color.red("  differs")}`.trimEnd();
  });
  return [
    color.dim(`  ${"".padEnd(width)}  ${"seen".padStart(6)}  ${"".padStart(7)}   foretold`),
    ...rows,
    ...(limited === 0 ? [] : [`  ${limited} more were held back by a limit that explain names`]),
    ...(unnamed === 0 ? [] : [`  ${unnamed} answers do not say which version gave them`]),
  ];
}

function namesSeen(replies: readonly Reply[]): string[] {
  const names = counted(replies.flatMap(({ name }) => name ?? []));
  return Object.entries(names).map(([name, count]) => `  ${name}  ${count}`);
}

/** Only the call that went wrong first: those around it fail with it. */
function deepest({ failedCalls }: Reply): readonly FailedCall[] {
  return failedCalls.slice(0, 1);
}

function callWords({ uri, status }: FailedCall): string {
  return `${status === 0 ? "no answer" : status} ${uri}`;
}

function labelled(label: string, counts: Readonly<Record<string, number>>): string[] {
  return Object.entries(counts).map(([what, count]) => `${label.padEnd(11)}  ${what}: ${count}`);
}

function tally(words: readonly string[]): string {
  const counts = Object.entries(counted(words));
  return counts.length === 0 ? "nothing was sent" : counts.map(([word, count]) => `${word}: ${count}`).join(", ");
}

function counted(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of [...words].sort()) {
    counts[word] = (counts[word] ?? 0) + 1;
  }
  return counts;
}

/** Only of what came back: a wait for nothing is no latency. */
function latencies(replies: readonly Reply[]): Latencies | undefined {
  return latenciesOf(replies.filter(({ status }) => status !== null).map(({ latencyMs }) => latencyMs));
}

function percent(share: number): string {
  return `${(Math.round(share * 1000) / 10).toString()} %`;
}

function ms(milliseconds: number): string {
  return `${milliseconds < 100 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
}
