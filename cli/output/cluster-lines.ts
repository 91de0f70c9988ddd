import type { NamespaceReport } from "../../sandbox/driver/commands/index.ts";

/** `2 in eu-west-1a, 1 in eu-west-1b`. */
export function zonesLine(zones: Readonly<Record<string, number>>): string {
  const entries = Object.entries(zones);
  return entries.length === 0 ? "none" : entries.map(([zone, count]) => `${count} in ${zone}`).join(", ");
}

/** `ecommerce: 7/7 Deployments Available, 9/9 pods ready`. */
export function namespaceLine({ name, deployments, deploymentsAvailable, pods, podsReady }: NamespaceReport): string {
  return `${name}: ${deploymentsAvailable}/${deployments} Deployments Available, ${podsReady}/${pods} pods ready`;
}
