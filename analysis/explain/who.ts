import { decide } from "../authorization/authorize.ts";
import { policiesFor, type SelectedPolicies } from "../authorization/select.ts";
import type { PodGroup } from "./pods.ts";
import type { Callers, MeshRequest } from "./types.ts";
import { namespaceOf, type World } from "./world.ts";

/**
 * Which workloads of the mesh may send such a request to these pods, and which may not, by their identity alone: the
 * same method, path, headers, and no token.
 */
export function whoMayCall(world: World, pods: PodGroup, port: number, request: MeshRequest): Callers {
  return whoPasses(world, policiesFor(world.authorizationPolicies, pods, world.rootNamespace), port, request);
}

/** As `whoMayCall`, by policies that are known to hold: those of a Service at its waypoint. */
export function whoPasses(world: World, policies: SelectedPolicies, port: number, request: MeshRequest): Callers {
  const verdicts = identities(world).map(({ name, principal }) => ({
    name,
    allowed: decide(policies, [world.trustDomain], { ...request, principal, port }).allowed,
  }));
  return {
    allowed: verdicts.filter(({ allowed }) => allowed).map(({ name }) => name),
    refused: verdicts.filter(({ allowed }) => !allowed).map(({ name }) => name),
  };
}

/** Every ServiceAccount that pods of the stack run as, gateways first, once each. */
function identities(world: World): { readonly name: string; readonly principal: string }[] {
  const accounts = [
    ...world.gateways.map(({ namespace, serviceAccount }) => ({ namespace, account: serviceAccount })),
    ...[...world.deployments.values()].flat().map((deployment) => ({
      namespace: namespaceOf(deployment),
      account: deployment.spec.template.spec.serviceAccountName ?? "default",
    })),
  ];
  const byPrincipal = new Map(
    accounts.map(({ namespace, account }) => [`${world.trustDomain}/ns/${namespace}/sa/${account}`, account]),
  );
  return [...byPrincipal].map(([principal, name]) => ({ name, principal }));
}
