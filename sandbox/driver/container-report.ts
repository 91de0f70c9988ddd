import { isObject, listAt, numberAt, objectAt, stringAt, type JsonObject } from "../../mesh/kubernetes/fields.ts";
import { PLACEHOLDER_IMAGE } from "../../mesh/kubernetes/labels.ts";

/** A container that ended by itself and was started again, or waits to be: not one that ended together with its node. */
export interface RestartReport {
  /** `namespace/name`. */
  readonly pod: string;
  readonly container: string;
  readonly restarts: number;
  /** Why it does not run now, e.g. `CrashLoopBackOff`, or `Error` where it has ended; undefined: it runs. */
  readonly waiting?: string;
  /** How it ended last, e.g. `exit code 1 (Error)`. */
  readonly last?: string;
}

/**
 * Containers that ended by themselves, those that do not run now first, then the most restarted. Of one that ended together
 * with its node, as at every stop of the sandbox, the kubelet knows no end.
 */
export function restartsOf(pods: readonly JsonObject[]): RestartReport[] {
  return pods
    .flatMap((pod) => statusesOf(pod).map((status) => restartOf(pod, status)))
    .filter(({ restarts, waiting, last }) => (restarts > 0 && last !== undefined) || waiting !== undefined)
    .sort(
      (one, other) =>
        Number(other.waiting !== undefined) - Number(one.waiting !== undefined) || other.restarts - one.restarts,
    );
}

/** Images, without tag and digest, in whose place something runs that only answers. */
export function placeholderImagesOf(pods: readonly JsonObject[]): string[] {
  const images = pods
    .flatMap(statusesOf)
    .filter((status) => stringAt(status, "imageID")?.startsWith(PLACEHOLDER_IMAGE) === true)
    .map((status) => (stringAt(status, "image") ?? "").replace(/@.*$/, "").replace(/:[^/:]*$/, ""));
  return [...new Set(images)].sort();
}

function statusesOf(pod: JsonObject): JsonObject[] {
  return ["containerStatuses", "initContainerStatuses"].flatMap((key) => listAt(pod, "status", key).filter(isObject));
}

function restartOf(pod: JsonObject, status: JsonObject): RestartReport {
  const current = objectAt(status, "state", "terminated");
  const ended = Object.keys(current).length > 0 ? current : objectAt(status, "lastState", "terminated");
  const waiting =
    stringAt(status, "state", "waiting", "reason") ?? awaitedAfter(current, pod, stringAt(status, "name"));
  const reason = stringAt(ended, "reason");
  return {
    pod: `${stringAt(pod, "metadata", "namespace") ?? ""}/${stringAt(pod, "metadata", "name") ?? ""}`,
    container: stringAt(status, "name") ?? "",
    restarts: numberAt(status, 0, "restartCount"),
    // What every container waits for at its first start is no news.
    ...(waiting === undefined || ["ContainerCreating", "PodInitializing"].includes(waiting) ? {} : { waiting }),
    ...(Object.keys(ended).length === 0
      ? {}
      : { last: `exit code ${numberAt(ended, 0, "exitCode")}${reason === undefined ? "" : ` (${reason})`}` }),
  };
}

/**
 * Why a container that has ended is awaited again; undefined where its work is done, or its pod's. For most of the time
 * before a restart a kubelet calls it terminated and not CrashLoopBackOff: it syncs the pod again when that time is over.
 */
function awaitedAfter(ended: JsonObject, pod: JsonObject, container: string | undefined): string | undefined {
  const runsOn =
    stringAt(pod, "spec", "restartPolicy") === "Always" &&
    listAt(pod, "spec", "containers").some((one) => stringAt(one, "name") === container);
  const isLeaving = objectAt(pod, "metadata")["deletionTimestamp"] !== undefined;
  const isDone = numberAt(ended, 0, "exitCode") === 0 && !runsOn;
  return isLeaving || isDone ? undefined : stringAt(ended, "reason");
}
