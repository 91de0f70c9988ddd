import type { Problem } from "../../config/errors.ts";
import { isAmbient } from "../ambient/waypoint.ts";
import type { StackData } from "../stack.ts";
import { unsayable } from "./gateway-api/features.ts";
import type { Check } from "./index.ts";
import { overLimits } from "./gateway-api/limits.ts";
import { otherOrder } from "./gateway-api/order.ts";

/**
 * What the catalog says and Gateway and HTTPRoute of the standard channel cannot: nothing is left out silently. Only for what
 * the gateway leads to; calls inside the mesh keep to VirtualServices.
 */
export const checkGatewayApi: Check = (stack) =>
  !stack.config.mesh.gatewayApi
    ? []
    : isAmbient(stack.config.mesh)
      ? ambient()
      : [...tlsVersion(stack), ...unsayable(stack), ...overLimits(stack), ...otherOrder(stack)];

function ambient(): Problem[] {
  return [
    {
      path: "mesh.gatewayApi",
      message:
        "expected false, because mesh.mode is ambient: the gateway asks versions by Services of their own, which the waypoint's policies do not name",
      hint: "remove the key, or set mesh.mode: sidecar",
    },
  ];
}

/** Istio 1.30 reads ciphers and mode from a listener's options, and no version (`buildTLS` in conversion.go of 1.30.3). */
function tlsVersion({ config }: StackData): Problem[] {
  const { mode, minProtocolVersion } = config.traffic.tls;
  return minProtocolVersion === "TLSV1_2" || mode === "none" || mode === "acm"
    ? []
    : [
        {
          path: "traffic.tls.minProtocolVersion",
          message: `expected TLSV1_2, because mesh.gatewayApi is true and a listener of the Gateway API says no version of TLS; got ${minProtocolVersion}`,
          hint: "remove the key, or set mesh.gatewayApi: false",
        },
      ];
}
