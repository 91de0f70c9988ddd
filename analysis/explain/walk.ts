import type { Place } from "./http-match.ts";
import type { MeshRequest } from "./types.ts";
import type { World } from "./world.ts";

/** A share of the requests on its way. */
export interface Walk {
  readonly world: World;
  /** As it is here: routes may have rewritten it. */
  readonly request: MeshRequest;
  /** 0 to 1. */
  readonly share: number;
  /** Seconds since 1970. */
  readonly now: number;
  /** Gateways passed so far. */
  readonly gateways: number;
  /** Whether a waypoint has routed it: it is sent straight to pods, or out. */
  readonly isPastWaypoint?: true;
}

/** A walk at a proxy that routes. */
export interface Hop extends Walk {
  readonly place: Place;
  /** Identity of the proxy. */
  readonly principal: string;
}
