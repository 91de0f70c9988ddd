import type { KubernetesApi } from "./kubernetes-api.ts";
import { PROXY_CONTAINER, type FoundPod } from "./pods.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

/** Which part of a container's log. */
export interface LogPart {
  /** Go on with what is written from now on. */
  readonly follow: boolean;
  /** Of the container before its last restart. */
  readonly previous: boolean;
  /** Only this many of the last lines; undefined: all. */
  readonly tail: number | undefined;
}

/**
 * The container whose log is meant: the one that is named, else the pod's own default, else the first that is no proxy.
 * @throws CommandError `logs.no-container` naming those that there are
 */
export function containerOf({ namespace, name, containers, defaultContainer }: FoundPod, wanted?: string): string {
  const chosen =
    wanted ?? defaultContainer ?? containers.find((container) => container !== PROXY_CONTAINER) ?? containers[0];
  if (chosen === undefined || !containers.includes(chosen)) {
    throw new CommandError(
      "logs.no-container",
      `${namespace}/${name} has no container ${chosen ?? ""}`,
      `It has: ${containers.join(", ")}.`,
    );
  }
  return chosen;
}

/**
 * Reads a container's log line by line, until it ends or `signal` aborts.
 * @throws CommandError with what the API server or the kubelet says where there is no log
 */
export async function readLog(
  api: Pick<KubernetesApi, "stream">,
  { namespace, name }: FoundPod,
  container: string,
  { follow, previous, tail }: LogPart,
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const query = new URLSearchParams({
    container,
    follow: String(follow),
    previous: String(previous),
    ...(tail === undefined ? {} : { tailLines: String(tail) }),
  });
  let rest = "";
  const onText = (text: string): void => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(onLine);
  };
  await api.stream(`/api/v1/namespaces/${namespace}/pods/${name}/log?${query.toString()}`, onText, signal);
  if (rest !== "") {
    onLine(rest);
  }
}

/** Whether a line of a proxy's log is of its access log, which is JSON; the proxy and its agent say the rest in plain text. */
export function isAccessLine(line: string): boolean {
  return line.startsWith("{") && line.includes('"response_code"');
}
