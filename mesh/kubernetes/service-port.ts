import type { ServiceSpec } from "../stack/catalog.ts";

/** Port that callers ask a service on. The container may listen on another. */
export function servicePort({ port, servicePort }: ServiceSpec): number {
  return servicePort ?? port;
}
