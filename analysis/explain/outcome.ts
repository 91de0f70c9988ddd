import { nameOf, type AnyObject } from "../objects/object.ts";
import type {
  Answer,
  Callers,
  DelayFault,
  Explanation,
  Failure,
  Limit,
  MirrorTarget,
  Retries,
  TraceStep,
} from "./types.ts";

/** What one part of the way contributes. Probabilities are of the whole request. */
export interface Outcome {
  readonly answers: readonly Answer[];
  readonly failures: readonly (Failure & { readonly byPolicy?: true })[];
  /** The mesh answers itself: with a redirect, a fixed response, or by closing the connection. */
  readonly own?: { readonly status: number | null; readonly location?: string };
  readonly timeout?: string;
  readonly retries?: Retries;
  readonly delay?: DelayFault;
  readonly limits: readonly Limit[];
  readonly mirror: readonly MirrorTarget[];
  readonly callers?: Callers;
  readonly trace: readonly TraceStep[];
}

/** Steps that decide nothing by themselves. */
export function passed(...trace: TraceStep[]): Outcome {
  return { answers: [], failures: [], limits: [], mirror: [], trace };
}

/** A way that ends here, because there is nothing behind. */
export function failed(status: number | null, probability: number, because: string, ...trace: TraceStep[]): Outcome {
  return { ...passed(...trace), failures: [{ status, probability, because }] };
}

/** @param object the object that decided, or words for what is none */
export function step(object: AnyObject | string, message: string, rule = ""): TraceStep {
  return { object: typeof object === "string" ? object : nameOf(object), rule, message };
}

/** Parts of a way put together; of single values the first that is set holds, but retries that an object sets before Istio's own. */
export function together(...parts: readonly Outcome[]): Outcome {
  const first = <K extends keyof Outcome>(key: K) => parts.find((part) => part[key] !== undefined)?.[key];
  const retries = parts.flatMap((part) => part.retries ?? []);
  return {
    answers: parts.flatMap(({ answers }) => answers),
    failures: parts.flatMap(({ failures }) => failures),
    own: first("own"),
    timeout: first("timeout"),
    retries: retries.find(({ byDefault }) => !byDefault) ?? retries[0],
    delay: first("delay"),
    callers: first("callers"),
    limits: parts.flatMap(({ limits }) => limits),
    mirror: parts.flatMap(({ mirror }) => mirror),
    trace: parts.flatMap(({ trace }) => trace),
  };
}

/** The explanation of a whole way. */
export function explanationOf(outcome: Outcome): Explanation {
  const answers = joined(outcome.answers);
  const failures = outcome.failures.filter(({ probability }) => probability > 0);
  const likeliest = failures.toSorted((one, other) => other.probability - one.probability)[0];
  const status = answers.length > 0 ? 200 : (likeliest?.status ?? null);
  return {
    answers,
    failures: failures.map(({ status, probability, because }) => ({
      status,
      probability: rounded(probability),
      because,
    })),
    denied: answers.length === 0 && failures.some(({ byPolicy }) => byPolicy),
    status: outcome.own === undefined ? status : outcome.own.status,
    location: outcome.own?.location ?? null,
    timeout: outcome.timeout ?? null,
    retries: outcome.retries ?? null,
    delay: outcome.delay ?? null,
    limits: unique(outcome.limits),
    mirror: outcome.mirror,
    callers: outcome.callers ?? null,
    trace: unique(outcome.trace),
  };
}

/** The same version behind several destinations is one answer. */
function joined(answers: readonly Answer[]): Answer[] {
  const byVersion = new Map<string, Answer>();
  for (const answer of answers.filter(({ probability }) => probability > 0)) {
    const key = `${answer.service} ${answer.version ?? ""}`;
    const earlier = byVersion.get(key);
    const probability = (earlier?.probability ?? 0) + answer.probability;
    byVersion.set(key, { ...answer, ...earlier, probability: rounded(probability) });
  }
  return [...byVersion.values()];
}

/** Several destinations may lie behind the same policy, which is then told once. */
function unique<T>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}

function rounded(probability: number): number {
  return Math.round(probability * 1e6) / 1e6;
}
