import type { PeerAuthenticationObject } from "../../../mesh/kubernetes/objects.ts";
import { type Change, ELSEWHERE, moved } from "./change.ts";

const MODES = ["STRICT", "PERMISSIVE", "DISABLE", "UNSET"] as const;

/** What a PeerAuthentication can come to by one slip. */
export function peerChanges(object: PeerAuthenticationObject): Change<PeerAuthenticationObject>[] {
  const { spec } = object;
  const withSpec = (change: Partial<typeof spec>) => ({ ...object, spec: { ...spec, ...change } });
  const ports = Object.entries(spec.portLevelMtls ?? {});
  return [
    ...moved(object),
    ["for another workload", withSpec({ selector: { matchLabels: { app: ELSEWHERE } } })],
    ...(spec.selector === undefined
      ? []
      : [["for every workload", withSpec({ selector: {} })] satisfies Change<PeerAuthenticationObject>]),
    ...MODES.filter((mode) => mode !== (spec.mtls?.mode ?? "UNSET")).map((mode): Change<PeerAuthenticationObject> => [
      mode,
      withSpec({ mtls: { mode } }),
    ]),
    ...ports.flatMap(([port, { mode: own }]) =>
      MODES.filter((mode) => mode !== own).map((mode): Change<PeerAuthenticationObject> => [
        `${mode} on ${port}`,
        withSpec({ portLevelMtls: { ...spec.portLevelMtls, [port]: { mode } } }),
      ]),
    ),
  ];
}
