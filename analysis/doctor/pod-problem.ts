import { isObject, listAt, objectAt, stringAt, type KubernetesObject } from "../../mesh/kubernetes/fields.ts";

/** A pod that stands in the way of readiness, and the reason that Kubernetes gives. */
export interface PodProblem {
  readonly pod: string;
  readonly reason: string;
  /** Since when, in milliseconds since the epoch; only for pods that the scheduler could not place. */
  readonly unschedulableSince?: number;
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

/**
 * The newest warning among a namespace's events, in one sentence; undefined when there is none since that moment. It outlives the
 * pods that it is about, e.g. those of a release that was rolled back.
 */
export function newestWarning(events: readonly KubernetesObject[], since: Date): string | undefined {
  const newest = events
    .filter((event) => event["type"] === "Warning" && Date.parse(eventTime(event)) >= since.getTime())
    .sort((a, b) => eventTime(a).localeCompare(eventTime(b)))
    .at(-1);
  if (newest === undefined) {
    return undefined;
  }
  const { kind = "", name = "" } = objectAt(newest, "involvedObject") as { kind?: string; name?: string };
  return `${kind.toLowerCase()} ${name}: ${stringAt(newest, "reason") ?? "Warning"}: ${stringAt(newest, "message") ?? ""}`;
}

function eventTime(event: KubernetesObject): string {
  return (
    stringAt(event, "lastTimestamp") ??
    stringAt(event, "eventTime") ??
    stringAt(event, "metadata", "creationTimestamp") ??
    ""
  );
}
