import { MANAGED_BY } from "../labels.ts";
import { NAMESPACES } from "../names.ts";
import type { PeerAuthenticationObject } from "../objects.ts";
import type { StackData } from "../stack.ts";

/** Mutual TLS of the whole mesh: in the root namespace and without selector, so that it holds everywhere. */
export function peerAuthentication({ config }: StackData): PeerAuthenticationObject {
  return {
    apiVersion: "security.istio.io/v1",
    kind: "PeerAuthentication",
    metadata: { name: "default", namespace: NAMESPACES.istioSystem, labels: MANAGED_BY },
    spec: { mtls: { mode: config.security.mtls } },
  };
}
