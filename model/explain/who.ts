import { authorize } from "../security/evaluate/authorize.ts";
import { policiesFor } from "../security/evaluate/select.ts";
import type { PodGroup } from "./pods.ts";
import type { Callers, MeshRequest } from "./types.ts";
import { namespaceOf, type World } from "./world.ts";

/**
 * Which workloads of the mesh may send such a request to these pods, and which may not, by their identity alone: the
 * same method, path, headers, and no token.
 */
export function whoMayCall(world: World, pods: PodGroup, port: number, request: MeshRequest): Callers {
  // Only the policies of these pods are read for each caller.
  const { custom, deny, allow } = policiesFor(world.authorizationPolicies, pods, world.rootNamespace);
  const scope = {
    policies: [...custom, ...deny, ...allow],
    rootNamespace: world.rootNamespace,
    trustDomains: [world.trustDomain],
  };
  const verdicts = identities(world).map(({ name, principal }) => ({
    name,
    allowed: authorize(scope, pods, { ...request, principal, port }).allowed,
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
