import type { GatewayObject } from "../../kubernetes/objects.ts";

/** A port that a gateway listens on, and the hosts there. */
export type Server = NonNullable<GatewayObject["spec"]["servers"]>[number];
