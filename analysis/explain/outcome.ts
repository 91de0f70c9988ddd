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

/** What one leg of the way contributes. Probabilities are of the whole request. */
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

/** Nothing yet. */
export const NOTHING: Outcome = { answers: [], failures: [], limits: [], mirror: [], trace: [] };

/** Parts of a way put together; of single values the first that is set holds, but retries that an object says before Istio's own. */
export function together(parts: readonly Outcome[]): Outcome {
  const first = <K extends "own" | "timeout" | "delay" | "callers">(key: K): Partial<Pick<Outcome, K>> => {
    const value = parts.find((part) => part[key] !== undefined)?.[key];
    return (value === undefined ? {} : { [key]: value }) as Partial<Pick<Outcome, K>>;
  };
  return {
    answers: parts.flatMap(({ answers }) => answers),
    failures: parts.flatMap(({ failures }) => failures),
    ...first("own"),
    ...first("timeout"),
    ...retriesOf(parts),
    ...first("delay"),
    ...first("callers"),
    limits: parts.flatMap(({ limits }) => limits),
    mirror: parts.flatMap(({ mirror }) => mirror),
    trace: parts.flatMap(({ trace }) => trace),
  };
}

function retriesOf(parts: readonly Outcome[]): Pick<Outcome, "retries"> {
  const all = parts.flatMap(({ retries }) => retries ?? []);
  const retries = all.find(({ byDefault }) => !byDefault) ?? all[0];
  return retries === undefined ? {} : { retries };
}

/** A way that ends here, because there is nothing behind. */
export function failed(
  status: number | null,
  probability: number,
  because: string,
  trace: readonly TraceStep[],
): Outcome {
  return { ...NOTHING, failures: [{ status, probability, because }], trace };
}

/** The explanation of a whole way. */
export function explanationOf(outcome: Outcome): Explanation {
  const answers = joined(outcome.answers);
  const failures = outcome.failures.filter(({ probability }) => probability > 0);
  const likeliest = [...failures].sort((one, other) => other.probability - one.probability)[0];
  const refused = failures.filter(({ byPolicy }) => byPolicy === true);
  return {
    answers,
    failures: failures.map(({ status, probability, because }) => ({
      status,
      probability: rounded(probability),
      because,
    })),
    denied: answers.length === 0 && refused.length > 0,
    status: outcome.own === undefined ? (answers.length > 0 ? 200 : (likeliest?.status ?? null)) : outcome.own.status,
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
