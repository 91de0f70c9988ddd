import type { Waypoint, WaypointTarget } from "../authorization/waypoint.ts";
import { namespaceOf, type World } from "./world.ts";

/** A host that is reached through a waypoint. */
export interface Waypointed {
  readonly waypoint: Waypoint;
  /** The object that the waypoint's policies are attached to. */
  readonly target: WaypointTarget;
}

/** The waypoint before a Service or a ServiceEntry's host; undefined where its namespace has none. */
export function behindWaypoint(world: World, host: string): Waypointed | undefined {
  const service = world.services.get(host);
  const object = service ?? world.serviceEntries.get(host);
  const waypoint = object === undefined ? undefined : world.ambient.get(namespaceOf(object))?.waypoint;
  return object === undefined || waypoint === undefined
    ? undefined
    : {
        waypoint,
        target: { kind: service === undefined ? "ServiceEntry" : "Service", name: object.metadata.name },
      };
}

/** The port of a Service that has only one. */
export function soleServicePort(world: World, host: string): number | undefined {
  const ports = world.services.get(host)?.spec.ports ?? [];
  return ports.length === 1 ? ports[0]?.port : undefined;
}
