import { MANAGED_BY } from "../labels.ts";
import { NAMESPACES } from "../names.ts";
import type { PeerAuthenticationObject } from "../objects.ts";
import type { StackData } from "../stack.ts";
import { plainTextReason } from "./plain-text-reason.ts";

/** Mutual TLS of the whole mesh: in the root namespace and without selector, so that it holds everywhere. */
export function peerAuthentication(stack: StackData): PeerAuthenticationObject {
  const mode = stack.config.security.mtls;
  return {
    apiVersion: "security.istio.io/v1",
    kind: "PeerAuthentication",
    metadata: {
      name: "default",
      namespace: NAMESPACES.istioSystem,
      labels: MANAGED_BY,
      ...(mode === "STRICT" ? {} : plainTextReason(stack)),
    },
    spec: { mtls: { mode } },
  };
}
