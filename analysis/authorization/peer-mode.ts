import type { PeerAuthenticationObject } from "../../mesh/kubernetes/objects.ts";
import type { Workload } from "./request.ts";
import { selects } from "./select.ts";

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
  const unselected = ({ spec }: PeerAuthenticationObject) => Object.keys(spec.selector?.matchLabels ?? {}).length === 0;
  const within = (namespace: string) => policies.filter(({ metadata }) => metadata.namespace === namespace);
  const own = within(workload.namespace).find(
    (policy) =>
      workload.namespace !== rootNamespace &&
      !unselected(policy) &&
      selects(policy.spec.selector?.matchLabels, workload),
  );
  const ofNamespace = within(workload.namespace).find(unselected);
  const ofMesh = within(rootNamespace).find(unselected);

  const candidates = [
    { policy: own, mode: own?.spec.portLevelMtls?.[String(port)]?.mode },
    ...[own, ofNamespace, ofMesh].map((policy) => ({ policy, mode: policy?.spec.mtls?.mode })),
  ];
  for (const { policy, mode } of candidates) {
    if (policy !== undefined && mode !== undefined && mode !== "UNSET") {
      const { namespace = "default", name } = policy.metadata;
      return { mode, by: { namespace, name } };
    }
  }
  return { mode: "PERMISSIVE" };
}
