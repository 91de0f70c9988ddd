import type { PeerAuthenticationObject } from "../../mesh/kubernetes/objects.ts";
import { hasLabels, namespaceOf } from "../objects/object.ts";
import type { Workload } from "./request.ts";

/** What a workload takes on a port: mutual TLS only, both, or plain text only. */
export type PeerMode = "STRICT" | "PERMISSIVE" | "DISABLE";

/** A mode and the object that sets it; undefined when none does and Istio's default holds. */
export interface EffectivePeerMode {
  readonly mode: PeerMode;
  readonly by?: { readonly namespace: string; readonly name: string };
}

/**
 * What PeerAuthentications make of a port of a workload: the workload's own before its namespace's before the mesh's; Istio's
 * default is PERMISSIVE. Of two with the same reach Istio takes the older; here that is the first.
 * @param port port of the pod
 */
export function peerMode(
  policies: readonly PeerAuthenticationObject[],
  workload: Workload,
  port: number,
  rootNamespace: string,
): EffectivePeerMode {
  const isUnselected = ({ spec }: PeerAuthenticationObject) =>
    Object.keys(spec.selector?.matchLabels ?? {}).length === 0;
  const within = (namespace: string) => policies.filter(({ metadata }) => metadata.namespace === namespace);
  const isOwn = (policy: PeerAuthenticationObject) =>
    workload.namespace !== rootNamespace &&
    !isUnselected(policy) &&
    hasLabels(workload.labels, policy.spec.selector?.matchLabels);
  const own = within(workload.namespace).find(isOwn);
  const others = [within(workload.namespace), within(rootNamespace)].map((list) => list.find(isUnselected));
  const candidates = [
    { policy: own, mode: own?.spec.portLevelMtls?.[String(port)]?.mode },
    ...[own, ...others].map((policy) => ({ policy, mode: policy?.spec.mtls?.mode })),
  ];
  for (const { policy, mode } of candidates) {
    if (policy !== undefined && mode !== undefined && mode !== "UNSET") {
      return { mode, by: { namespace: namespaceOf(policy), name: policy.metadata.name } };
    }
  }
  return { mode: "PERMISSIVE" };
}
