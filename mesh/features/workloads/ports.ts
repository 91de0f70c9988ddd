import type { ServiceSpec } from "../../stack/catalog.ts";

/** Every port of a service's pods by its name. */
export function portsOf({ port, extraPorts }: ServiceSpec): Readonly<Record<string, number>> {
  return { http: port, ...extraPorts };
}
