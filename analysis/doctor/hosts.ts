import type { ServiceView } from "./view.ts";

/** The Service that a host in a route or rule means; a short name lies in the namespace of the object that says it. */
export function serviceOfHost(
  services: readonly ServiceView[],
  host: string,
  namespace: string,
): ServiceView | undefined {
  const [name = "", from = namespace] = host.replace(/\.svc\.cluster\.local$/, "").split(".");
  return services.find((service) => service.name === name && service.namespace === from);
}

/** Whether a host can only be a Service of the cluster: not one of a ServiceEntry or of the world. */
export function isClusterHost(host: string): boolean {
  return !host.includes("*") && (host.endsWith(".svc.cluster.local") || !host.includes("."));
}

/** A host in its long form, so that two ways to write it can be compared. */
export function longHost(host: string, namespace: string): string {
  return host.includes(".") ? host : `${host}.${namespace}.svc.cluster.local`;
}
