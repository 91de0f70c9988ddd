import { problemUnless, type Problem } from "../../stack/errors.ts";
import { entryCatalog } from "./entry-catalog.ts";
import type { StackData } from "../../stack/stack.ts";
import { unsayable } from "./checks-features.ts";
import type { Check } from "../../stack/check.ts";
import { overLimits } from "./checks-limits.ts";
import { otherOrder } from "./checks-order.ts";

/**
 * What the catalog says and Gateway and HTTPRoute of the standard channel cannot: nothing is left out silently. Only for what
 * the gateway leads to, and has to do itself; calls inside the mesh and waypoints keep to VirtualServices.
 */
export const checkGatewayApi: Check = (stack) => {
  if (!stack.config.mesh.gatewayApi) {
    return [];
  }
  const seen = { config: stack.config, catalog: entryCatalog(stack) };
  return [...tlsVersion(seen), ...unsayable(seen), ...overLimits(seen), ...otherOrder(seen)];
};

/** Istio 1.30 reads ciphers and mode from a listener's options, and no version (`buildTLS` in conversion.go of 1.30.3). */
function tlsVersion({ config }: StackData): Problem[] {
  const { mode, minProtocolVersion } = config.traffic.tls;
  return problemUnless(
    minProtocolVersion === "TLSV1_2" || mode === "none" || mode === "acm",
    "traffic.tls.minProtocolVersion",
    `expected TLSV1_2, because mesh.gatewayApi is true and a listener of the Gateway API says no version of TLS; got ${minProtocolVersion}`,
    "remove the key, or set mesh.gatewayApi: false",
  );
}
