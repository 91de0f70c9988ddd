import type { KubernetesClient } from "./client.ts";
import { isObject, listAt, objectAt, stringAt, type KubernetesObject } from "./object.ts";

/** A pod that stands in the way of readiness, and the reason that Kubernetes gives. */
export interface PodProblem {
  readonly pod: string;
  readonly reason: string;
  /** Since when, in milliseconds since the epoch; only for pods that the scheduler could not place. */
  readonly unschedulableSince?: number;
}

/** At most this many pods are named: the others usually wait for the same thing. */
const NAMED_PODS = 3;

/** Finds out why an object's pods are not ready; empty where the object has no pods or none has a problem. */
export async function podProblems(client: KubernetesClient, object: KubernetesObject): Promise<readonly PodProblem[]> {
  const selector = labelSelector(object);
  if (selector === undefined) {
    return [];
  }
  const namespace = object.metadata.namespace ?? "default";
  const pods = await client.call("GET", `/api/v1/namespaces/${namespace}/pods`, { query: { labelSelector: selector } });
  const items = listAt(pods, "items") as readonly KubernetesObject[];
  return items.map(podProblem).filter((problem) => problem !== undefined);
}

/** One sentence of the reasons: the pods' own, or the newest warning about the object or what it made. */
export async function explain(client: KubernetesClient, object: KubernetesObject): Promise<string> {
  const problems = await podProblems(client, object);
  if (problems.length > 0) {
    const named = problems.slice(0, NAMED_PODS).map(({ pod, reason }) => `pod ${pod}: ${reason}`);
    const more = problems.length - named.length;
    return named.join("; ") + (more > 0 ? `; and ${more} more` : "");
  }
  const { namespace = "default", name = "" } = object.metadata;
  return (await warningSince(client, namespace, name, new Date(0))) ?? "Kubernetes gives no reason";
}

/** Judges one pod; undefined when nothing is wrong with it. */
export function podProblem(pod: KubernetesObject): PodProblem | undefined {
  const name = pod.metadata.name ?? "";
  const conditions = listAt(pod, "status", "conditions").filter(isObject);
  const unscheduled = conditions.find((entry) => entry["type"] === "PodScheduled" && entry["status"] === "False");
  if (unscheduled !== undefined) {
    const words = [stringAt(unscheduled, "reason"), stringAt(unscheduled, "message")].filter(
      (word) => word !== undefined,
    );
    const since = Date.parse(stringAt(unscheduled, "lastTransitionTime") ?? "");
    return { pod: name, reason: words.join(": "), unschedulableSince: Number.isNaN(since) ? undefined : since };
  }
  const statuses = [...listAt(pod, "status", "initContainerStatuses"), ...listAt(pod, "status", "containerStatuses")];
  for (const status of statuses.filter(isObject)) {
    const reason = stringAt(status, "state", "waiting", "reason") ?? stringAt(status, "state", "terminated", "reason");
    if (status["ready"] !== true && reason !== undefined && reason !== "Completed") {
      return { pod: name, reason: `container ${stringAt(status, "name") ?? ""} is in ${reason}` };
    }
  }
  const phase = stringAt(pod, "status", "phase") ?? "Pending";
  const ready = conditions.some((entry) => entry["type"] === "Ready" && entry["status"] === "True");
  return ready || phase === "Succeeded"
    ? undefined
    : { pod: name, reason: `its phase is ${phase} and it is not ready` };
}

function labelSelector(object: KubernetesObject): string | undefined {
  if (object.kind === "Pod") {
    return undefined;
  }
  const labels = objectAt(object, "spec", "selector", "matchLabels");
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`);
  return pairs.length === 0 ? undefined : pairs.join(",");
}

/**
 * The newest warning in a namespace about something whose name begins with `name`; for objects that are gone already,
 * e.g. after a rollback. Times of events are whole seconds.
 */
export async function warningSince(
  client: KubernetesClient,
  namespace: string,
  name: string,
  since: Date,
): Promise<string | undefined> {
  const events = await client.call("GET", `/api/v1/namespaces/${namespace}/events`, {
    query: { fieldSelector: "type=Warning" },
  });
  const newest = (listAt(events, "items") as readonly KubernetesObject[])
    .filter((event) => (stringAt(event, "involvedObject", "name") ?? "").startsWith(name))
    .filter((event) => Date.parse(eventTime(event)) >= since.getTime() - 1000)
    .sort((a, b) => eventTime(a).localeCompare(eventTime(b)))
    .at(-1);
  if (newest === undefined) {
    return undefined;
  }
  const about = objectAt(newest, "involvedObject");
  return `${String(about["kind"]).toLowerCase()} ${String(about["name"])}: ${stringAt(newest, "reason") ?? "Warning"}: ${stringAt(newest, "message") ?? ""}`;
}

function eventTime(event: KubernetesObject): string {
  return (
    stringAt(event, "lastTimestamp") ??
    stringAt(event, "eventTime") ??
    stringAt(event, "metadata", "creationTimestamp") ??
    ""
  );
}
