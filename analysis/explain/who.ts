import { principal as principalOf } from "../../mesh/kubernetes/names.ts";
import { decide } from "../authorization/authorize.ts";
import type { SelectedPolicies } from "../authorization/select.ts";
import { namespaceOf } from "../objects/object.ts";
import type { Callers, MeshRequest } from "./types.ts";
import type { World } from "./world.ts";

/**
 * Which workloads of the mesh may send such a request, and which may not, by their identity alone: the same method, path, headers,
 * and no token.
 * @param policies those of the pods, or of a Service at its waypoint
 */
export function whoPasses(world: World, policies: SelectedPolicies, port: number, request: MeshRequest): Callers {
  const allowed: string[] = [];
  const refused: string[] = [];
  for (const [principal, name] of identities(world)) {
    const decision = decide(policies, [world.trustDomain], { ...request, principal, port });
    (decision.allowed ? allowed : refused).push(name);
  }
  return { allowed, refused };
}

/** Names by principal of every ServiceAccount that pods of the stack run as, gateways first. */
function identities({ gateways, deployments, trustDomain }: World): ReadonlyMap<string, string> {
  const accounts = [
    ...gateways.map(({ namespace, serviceAccount }) => [namespace, serviceAccount] as const),
    ...[...deployments.values()]
      .flat()
      .map((object) => [namespaceOf(object), object.spec.template.spec.serviceAccountName ?? "default"] as const),
  ];
  return new Map(accounts.map(([namespace, account]) => [principalOf(trustDomain, namespace, account), account]));
}
