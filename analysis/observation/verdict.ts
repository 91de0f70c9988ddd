import type { Explanation } from "../explain/types.ts";
import { likelyCounts, type CountRange } from "./binomial.ts";
import type { Version } from "./names.ts";
import type { Reply } from "./reply.ts";

/** One thing that became of requests: how often it was seen, and how often it was foretold. */
export interface Outcome {
  /** `product v1`, `403`, `connection closed`. */
  readonly what: string;
  /** The version that answered; absent where the mesh itself did. */
  readonly by?: Version;
  readonly count: number;
  /** Probability by `explain`, 0 to 1; 0 for what it rules out. */
  readonly foretold: number;
  /** Counts that chance allows. */
  readonly likely: CountRange;
  readonly agrees: boolean;
}

/** What was seen beside what was foretold. */
export interface Verdict {
  readonly outcomes: readonly Outcome[];
  /** Requests that a rate limit or a full connection pool, both of which `explain` names, took out: no share counts them. */
  readonly limited: number;
  /** Answers that do not say which version gave them. With any, versions are not told apart. */
  readonly unnamed: number;
  readonly agrees: boolean;
  /** One sentence for each disagreement. */
  readonly because: readonly string[];
}

const CLOSED = "connection closed";
const SOME_POD = "answered";

/**
 * Compares replies with what `explain` foretold. A share agrees when it lies within three standard deviations of the
 * foretold binomial distribution; what was ruled out must not have been seen at all. Which status a pod itself gives is
 * its own affair.
 * @param names how the versions call themselves in their answers
 */
export function judge(
  replies: readonly Reply[],
  explanation: Explanation,
  names: ReadonlyMap<string, Version>,
): Verdict {
  const counted = replies.filter((reply) => !isLimited(reply, explanation));
  const apart = foretoldOf(explanation, false);
  const kinds = counted.map((reply) => kindOf(reply, explanation.answers.length > 0, apart, names));
  const unnamed = kinds.filter((kind) => kind === SOME_POD).length;
  const foretold = unnamed > 0 ? foretoldOf(explanation, true) : apart;
  const merged = unnamed > 0 ? kinds.map((kind) => (isVersion(kind, names) ? SOME_POD : kind)) : kinds;
  const outcomes = [...new Set([...foretold.keys(), ...[...new Set(merged)].sort()])].map((what): Outcome => {
    const count = merged.filter((kind) => kind === what).length;
    const probability = foretold.get(what) ?? 0;
    const likely = likelyCounts(counted.length, probability);
    const by = [...names.values()].find((version) => wordsOf(version) === what);
    return {
      what,
      ...(by === undefined ? {} : { by }),
      count,
      foretold: probability,
      likely,
      agrees: count >= likely.from && count <= likely.to,
    };
  });
  const astray = locationProblems(counted, explanation);
  const because = [...outcomes.filter(({ agrees }) => !agrees).map((one) => sentence(one, counted.length)), ...astray];
  return { outcomes, limited: replies.length - counted.length, unnamed, agrees: because.length === 0, because };
}

/** `product v1`. */
export function wordsOf({ service, version }: Version): string {
  return version === null ? service : `${service} ${version}`;
}

function isLimited({ status, isOverloaded }: Reply, { limits }: Explanation): boolean {
  const has = (...kinds: readonly string[]): boolean => limits.some(({ kind }) => kinds.includes(kind));
  return (
    (status === 429 && has("localRateLimit", "globalRateLimit")) || (isOverloaded === true && has("connectionPool"))
  );
}

/** What became of one request, in the words of the outcomes. */
function kindOf(
  { status, name }: Reply,
  podsAnswer: boolean,
  foretold: ReadonlyMap<string, number>,
  names: ReadonlyMap<string, Version>,
): string {
  if (name !== undefined) {
    const version = names.get(name);
    return version === undefined ? `answered by ${name}` : wordsOf(version);
  }
  const kind = statusWords(status);
  const isSuccess = status !== null && status < 400;
  return podsAnswer && isSuccess && !foretold.has(kind) ? SOME_POD : kind;
}

function isVersion(kind: string, names: ReadonlyMap<string, Version>): boolean {
  return [...names.values()].some((version) => wordsOf(version) === kind);
}

/** Probability of each outcome. @param together without telling versions apart */
function foretoldOf({ answers, failures, status }: Explanation, together: boolean): Map<string, number> {
  const foretold = new Map<string, number>();
  const add = (what: string, probability: number) => foretold.set(what, (foretold.get(what) ?? 0) + probability);
  answers.forEach((answer) => add(together ? SOME_POD : wordsOf(answer), answer.probability));
  failures.forEach((failure) => add(statusWords(failure.status), failure.probability));
  if (foretold.size === 0) {
    add(statusWords(status), 1);
  }
  // Thirds that were rounded to six digits still make a whole.
  return new Map([...foretold].map(([what, probability]) => [what, probability > 1 - 1e-5 ? 1 : probability]));
}

function statusWords(status: number | null): string {
  return status === null ? CLOSED : String(status);
}

function sentence({ what, count, foretold, likely }: Outcome, n: number): string {
  if (foretold === 0) {
    return `${what}: seen ${count} times, which explain rules out`;
  }
  const range = likely.from === likely.to ? `${likely.from}` : `${likely.from} to ${likely.to}`;
  return `${what}: seen ${count} times of ${n}, where chance allows ${range}`;
}

/** The query goes along with a redirect, and explain does not say it. */
function locationProblems(replies: readonly Reply[], { status, location }: Explanation): string[] {
  if (location === null) {
    return [];
  }
  const seen = replies
    .filter((reply) => reply.status === status)
    .map((reply) => reply.location?.replace(/\?.*/, "") ?? "nowhere");
  return [...new Set(seen)]
    .filter((where) => where !== location)
    .map((where) => `the redirect led to ${where}, and not to ${location}`);
}
