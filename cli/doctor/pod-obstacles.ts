/** Why pods do not start: from their status while they are there, and from their events when they are gone. */
import type { LostPodView } from "../../analysis/doctor/view.ts";
import { podProblem } from "../../analysis/doctor/pod-problem.ts";
import { stringAt, type KubernetesObject } from "../../mesh/kubernetes/fields.ts";

/** What every container waits for at its start; it says nothing. */
const ORDINARY = /is in (ContainerCreating|PodInitializing)$|its phase is/;

/** Reasons of events that tell why a pod never ran. */
const TELLING = ["Failed", "FailedScheduling", "FailedMount", "FailedCreatePodSandBox", "BackOff"];

/** How long the events of a pod that is gone are told: a release may take 10 minutes before it is rolled back. */
const TOLD_FOR_MS = 30 * 60_000;

/**
 * What keeps a pod from starting, such as `Unschedulable: 0/3 nodes are available` or `container istio-proxy is in
 * ImagePullBackOff`; undefined where nothing does, or it is on its ordinary way.
 */
export function obstacleOf(pod: unknown): string | undefined {
  const reason = podProblem(pod as KubernetesObject)?.reason;
  return reason === undefined || ORDINARY.test(reason) ? undefined : reason;
}

/**
 * Pods of which there are events and nothing else, and whose events say that they did not run.
 * @param events Events of the whole cluster
 * @param pods Pods that are there
 */
export function lostPods(events: readonly unknown[], pods: readonly unknown[], now: number): LostPodView[] {
  const present = new Set(pods.map((pod) => stringAt(pod, "metadata", "uid")));
  const ofPods = events.filter((event) => stringAt(event, "involvedObject", "kind") === "Pod");
  const started = new Set(
    ofPods
      .filter((event) => stringAt(event, "reason") === "Started")
      .map((event) => stringAt(event, "involvedObject", "uid")),
  );
  const newest = new Map<string, unknown>();
  for (const event of [...ofPods].sort((one, other) => timeOf(one) - timeOf(other))) {
    const uid = stringAt(event, "involvedObject", "uid");
    if (
      uid !== undefined &&
      tellsOfFailure(event) &&
      !present.has(uid) &&
      !started.has(uid) &&
      now - timeOf(event) < TOLD_FOR_MS
    ) {
      newest.set(uid, event);
    }
  }
  const placed = new Set(
    ofPods
      .filter((event) => stringAt(event, "reason") === "Scheduled")
      .map((event) => stringAt(event, "involvedObject", "uid")),
  );
  return [...newest]
    .filter(([uid, event]) => stringAt(event, "reason") !== "FailedScheduling" || !placed.has(uid))
    .map(([, event]) => ({
      name: stringAt(event, "involvedObject", "name") ?? "",
      namespace: stringAt(event, "involvedObject", "namespace") ?? "",
      reason: `${stringAt(event, "reason") ?? ""}: ${stringAt(event, "message") ?? ""}`,
    }));
}

/** Not of a pod that was deleted while it started: of such a one the kubelet says that it is not found. */
function tellsOfFailure(event: unknown): boolean {
  const name = stringAt(event, "involvedObject", "name") ?? "";
  return (
    stringAt(event, "type") === "Warning" &&
    TELLING.includes(stringAt(event, "reason") ?? "") &&
    stringAt(event, "message")?.includes(`pods "${name}" not found`) !== true
  );
}

function timeOf(event: unknown): number {
  const text =
    stringAt(event, "series", "lastObservedTime") ??
    stringAt(event, "lastTimestamp") ??
    stringAt(event, "eventTime") ??
    stringAt(event, "metadata", "creationTimestamp");
  return text === undefined ? 0 : Date.parse(text);
}
