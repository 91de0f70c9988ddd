import type {
  AuthorizationPolicyObject,
  HelmRelease,
  KubernetesObject,
  PeerAuthenticationObject,
} from "../../mesh/kubernetes/objects.ts";
import type { NetworkWorld } from "../authorization/network.ts";
import type { AmbientNamespace } from "../authorization/waypoint.ts";
import type { Grant } from "./grants.ts";

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

/** What passes on one port, or one way, and by which objects; or which ones refuse. */
export interface PortAccess {
  readonly grants: readonly Grant[];
  readonly by: readonly string[];
}
