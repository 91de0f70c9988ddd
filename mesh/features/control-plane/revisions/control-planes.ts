import type { MeshConfig } from "../../../stack/mesh.ts";
import { RELEASES } from "../../../kubernetes/names.ts";
import { type Revision, revisionsOf, UNNAMED_REVISION } from "./revisions.ts";

/** One istiod: a mesh has one, and a second one beside it while an upgrade lasts. */
export interface Istiod {
  /** Revision that namespaces and gateways name. Undefined: the unnamed one, which Istio calls `default`. */
  readonly revision?: string;
  /** Istio version of this istiod, and of the proxies that it injects. */
  readonly version: string;
}

/** The control planes of a stack. */
export function controlPlanes(mesh: MeshConfig): readonly Istiod[] {
  return revisionsOf(mesh).map(controlPlane);
}

/** The control plane of a revision. */
export function controlPlane({ name, version }: Revision): Istiod {
  return name === UNNAMED_REVISION ? { version } : { revision: name, version };
}

/** Name of a control plane's release; its Deployment, Service and ServiceAccount have the same. */
export function istiodName({ revision }: Pick<Istiod, "revision">): string {
  return revision === undefined ? RELEASES.istiod : `${RELEASES.istiod}-${revision}`;
}

/** Labels by which a control plane's pods are told from another's. */
export function istiodLabels({ revision }: Pick<Istiod, "revision">): Record<string, string> {
  return { app: "istiod", "istio.io/rev": revision ?? "default" };
}
