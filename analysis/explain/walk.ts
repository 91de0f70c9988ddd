import type { Admission } from "./access.ts";
import type { Entry } from "./entry.ts";
import type { Place } from "./http-match.ts";
import { NOTHING, type Outcome } from "./outcome.ts";
import type { GatewayWorkload, World } from "./world.ts";

/** A request's way so far. */
export interface Walk {
  readonly world: World;
  readonly now: number;
  /** Gateways passed so far. */
  readonly gateways: number;
  /** Whether a waypoint has routed it: it sends straight to pods, or out. */
  readonly isPastWaypoint?: true;
}

/** Who routes, where, and under what name. */
export interface Standing {
  readonly place: Place;
  readonly principal: string;
}

/** A share that a policy refuses. */
export function refusal({ because, steps }: Admission, status: number | null, share: number): Outcome {
  return { ...NOTHING, failures: [{ status, probability: share, because, byPolicy: true }], trace: steps };
}

/** A gateway as it routes. */
export function gatewayStanding(world: World, { key, port }: Entry, workload: GatewayWorkload): Standing {
  const { labels, namespace, serviceAccount } = workload;
  return {
    place: { gateway: key, port, labels, namespace },
    principal: `${world.trustDomain}/ns/${namespace}/sa/${serviceAccount}`,
  };
}
