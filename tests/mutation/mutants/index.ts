import type { KubernetesObject } from "../../../mesh/kubernetes/objects.ts";
import { authorizationChanges } from "./authorization.ts";
import type { Change } from "./change.ts";
import { limitChanges, namespaceChanges, quotaChanges } from "./namespaces.ts";
import { networkChanges } from "./network.ts";
import { peerChanges } from "./peers.ts";
import { accountChanges, podChanges } from "./pods.ts";
import { sidecarChanges } from "./sidecar.ts";
import { tokenChanges } from "./tokens.ts";

/** A stack's objects with one change that a reviewer must not miss. */
export interface Mutant {
  /** Object and change. */
  readonly name: string;
  readonly kind: KubernetesObject["kind"];
  readonly objects: readonly KubernetesObject[];
}

/** Every mutant of the objects that decide who may do what: one removal or one changed field each. */
export function mutantsOf(objects: readonly KubernetesObject[]): Mutant[] {
  return objects.flatMap((object, index) =>
    changesOf(object).map(([what, changed]) => ({
      name: `${object.kind} ${object.metadata.namespace ?? ""}/${object.metadata.name}: ${what}`,
      kind: object.kind,
      objects: objects.flatMap((other, place) => (place !== index ? [other] : changed === undefined ? [] : [changed])),
    })),
  );
}

function changesOf(object: KubernetesObject): Change<KubernetesObject>[] {
  switch (object.kind) {
    case "AuthorizationPolicy":
      return authorizationChanges(object);
    case "PeerAuthentication":
      return peerChanges(object);
    case "RequestAuthentication":
      return tokenChanges(object);
    case "NetworkPolicy":
      return networkChanges(object);
    case "Sidecar":
      return sidecarChanges(object);
    case "Deployment":
      return podChanges(object);
    case "ServiceAccount":
      return accountChanges(object);
    case "Namespace":
      return namespaceChanges(object);
    case "ResourceQuota":
      return quotaChanges(object);
    case "LimitRange":
      return limitChanges(object);
    default:
      return [];
  }
}
