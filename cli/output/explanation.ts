import type { Answer, Explanation, PodSet, Retries } from "../../analysis/explain/types.ts";
import { styleFor } from "./style.ts";

/** An explanation as people read it: who answers, under which terms, and the way there. */
export function explanationLines(
  request: string,
  explanation: Explanation,
  stream: Parameters<typeof styleFor>[0],
): string[] {
  const { bold, dim } = styleFor(stream);
  return [
    bold(`${request}: ${headline(explanation)}`),
    "",
    ...explanation.answers.map(answerLine),
    ...explanation.failures.map(({ probability, status, because }) => `  ${share(probability)}  ${status}: ${because}`),
    ...explanation.mirror.map(
      ({ service, version, percent }) => `  a copy of ${percent} % to ${name(service, version)}`,
    ),
    "",
    ...terms(explanation),
    ...callerLines(explanation),
    "",
    ...explanation.trace.map(
      ({ object, rule, message }, index) =>
        `${String(index + 1).padStart(2)}. ${object}${rule === "" ? "" : ` ${dim(rule)}`}\n    ${message}`,
    ),
  ];
}

function headline({ answers, denied, status, location }: Explanation): string {
  if (denied) {
    return `refused with ${status ?? "no answer"}`;
  }
  if (answers.length > 0) {
    return `answered by ${answers.map(({ service, version }) => name(service, version)).join(", ")}`;
  }
  if (location !== null) {
    return `${status ?? ""} redirect to ${location}`;
  }
  return status === null ? "the connection is closed" : `${status}, and no pod is asked`;
}

function answerLine({ service, version, probability, pods }: Answer): string {
  const behind = pods.map(podWords).join(", ");
  return `  ${share(probability)}  ${name(service, version)}${behind === "" ? "" : `  (${behind})`}`;
}

function podWords({ deployment, min, max }: PodSet): string {
  return `${deployment}: ${min === max ? min : `${min} to ${max}`} pods`;
}

function terms({ timeout, retries, delay, limits }: Explanation): string[] {
  return [
    `timeout  ${timeout ?? "none"}`,
    `retries  ${retries === null ? "none" : retryWords(retries)}`,
    ...(delay === null ? [] : [`delay    ${delay.delay} for ${share(delay.probability).trim()}, injected`]),
    ...limits.map(({ kind, object, message }) => `${kind}  ${message} (${object})`),
  ];
}

/** Of many services not all are named. */
const NAMED = 8;

function callerLines({ callers }: Explanation): string[] {
  if (callers === null) {
    return [];
  }
  const list = (names: readonly string[]): string =>
    names.length === 0
      ? "none"
      : `${names.slice(0, NAMED).join(", ")}${names.length > NAMED ? ` and ${names.length - NAMED} more` : ""}`;
  return [`may call  ${list(callers.allowed)}`, `may not   ${list(callers.refused)}`];
}

function retryWords({ attempts, perTryTimeout, retryOn, byDefault }: Retries): string {
  const each = perTryTimeout === null ? "" : ` of ${perTryTimeout}`;
  return `${attempts}${each} on ${retryOn}${byDefault ? " (Istio's default)" : ""}`;
}

function share(probability: number): string {
  return `${(Math.round(probability * 1e4) / 100).toString().padStart(6)} %`;
}

function name(service: string, version: string | null): string {
  return version === null ? service : `${service} ${version}`;
}
