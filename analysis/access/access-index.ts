import type {
  AuthorizationPolicyObject,
  HelmRelease,
  KubernetesObject,
  PeerAuthenticationObject,
  ServiceEntryObject,
} from "../../mesh/kubernetes/objects.ts";
import type { NetworkWorld } from "../authorization/network.ts";
import { ambientNamespaces, type AmbientNamespace } from "../authorization/waypoint.ts";

/** What the matrix is computed from: objects as they are applied, and nothing of what they were made from. */
export interface AccessWorld {
  readonly objects: readonly KubernetesObject[];
  readonly releases: readonly HelmRelease[];
  readonly trustDomain: string;
}

/** The objects by kind: they are looked at for every pair. */
export interface AccessIndex extends AccessWorld {
  readonly authorization: readonly AuthorizationPolicyObject[];
  readonly peers: readonly PeerAuthenticationObject[];
  readonly network: NetworkWorld;
  /** Namespaces without sidecars. */
  readonly ambient: ReadonlyMap<string, AmbientNamespace>;
}

export function indexOf(world: AccessWorld): AccessIndex {
  const { objects, trustDomain } = world;
  const namespaces = ofKind(objects, "Namespace").map(({ metadata }) => metadata);
  return {
    ...world,
    authorization: ofKind(objects, "AuthorizationPolicy"),
    peers: ofKind(objects, "PeerAuthentication"),
    network: {
      policies: ofKind(objects, "NetworkPolicy"),
      namespaceLabels: new Map(namespaces.map(({ name, labels = {} }) => [name, labels])),
    },
    ambient: ambientNamespaces(objects, trustDomain),
  };
}

export function ofKind<K extends KubernetesObject["kind"]>(objects: readonly KubernetesObject[], kind: K) {
  return objects.filter((object): object is Extract<KubernetesObject, { readonly kind: K }> => object.kind === kind);
}

/** Hosts outside that the mesh knows, each with the object that names it. */
export function outsideHosts({
  objects,
}: AccessWorld): { readonly host: string; readonly entry: ServiceEntryObject }[] {
  return ofKind(objects, "ServiceEntry").flatMap((entry) => entry.spec.hosts.map((host) => ({ host, entry })));
}
