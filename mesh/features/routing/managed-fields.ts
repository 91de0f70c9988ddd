import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";
import { expandedRoutes } from "./service-routes.ts";

/**
 * Fields of an object that somebody else changes, as Pulumi's property paths: the weights of a service's split where
 * a rollout controller shifts them, and nothing else.
 */
export function managedFields({ catalog }: StackData, { kind, metadata }: KubernetesObject): string[] {
  const service = catalog.services[metadata.name];
  if (kind !== "VirtualService" || service?.trafficManagedBy === undefined) {
    return [];
  }
  return expandedRoutes(service, metadata.name).flatMap(({ isSplit, shares }, route) =>
    isSplit ? shares.map((_, destination) => `spec.http[${route}].route[${destination}].weight`) : [],
  );
}
