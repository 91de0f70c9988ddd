import type { SidecarObject } from "../../../mesh/kubernetes/objects.ts";
import { type Change, ELSEWHERE, moved, replaced } from "./change.ts";

/** What a Sidecar can come to by one slip. */
export function sidecarChanges(object: SidecarObject): Change<SidecarObject>[] {
  const { spec } = object;
  const withSpec = (change: Partial<typeof spec>) => ({ ...object, spec: { ...spec, ...change } });
  const hosts = spec.egress?.[0]?.hosts ?? [];
  const withHosts = (list: string[]) => withSpec({ egress: [{ hosts: list }] });
  return [
    ...moved(object),
    ["for another workload", withSpec({ workloadSelector: { labels: { app: ELSEWHERE } } })],
    ...(spec.workloadSelector === undefined
      ? []
      : [["for every workload", withSpec({ workloadSelector: undefined })] satisfies Change<SidecarObject>]),
    ["tells of every host", withHosts([...hosts, "*/*"])],
    ["tells of nothing in particular", withSpec({ egress: undefined })],
    ...hosts.map((host, index): Change<SidecarObject> => [
      `does not tell of ${host}`,
      withHosts(replaced(hosts, index, undefined)),
    ]),
  ];
}
