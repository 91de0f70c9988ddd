import type { MeshConfig } from "../../../stack/mesh.ts";
import { DEFAULT_ISTIO_VERSION, type RevisionTag, type TagName } from "../schema/revisions.ts";
import { compareVersions } from "./istio-versions.ts";

/** Name that Istio itself gives to a control plane without a revision; the chart takes an empty one for it. */
export const UNNAMED_REVISION = "default";

/** A control plane: its name in `istio.io/rev`, and the version of istiod and of the proxies that it injects. */
export interface Revision {
  readonly name: string;
  readonly version: string;
}

/** A tag and the revision that it points at. */
export interface Tag {
  readonly name: TagName;
  readonly revision: Revision;
}

/** Every control plane of a mesh: one, or two while an upgrade lasts. In the order of the configuration. */
export function revisionsOf({ version, revisions }: MeshConfig): readonly Revision[] {
  return revisions === undefined
    ? [{ name: UNNAMED_REVISION, version: version ?? DEFAULT_ISTIO_VERSION }]
    : revisions.map((revision) => ({ ...revision, name: revision.name ?? revisionNameOf(revision.version) }));
}

/** Name of a revision that the configuration does not name: Istio takes no dots in it. */
export function revisionNameOf(version: string): string {
  return version.toLowerCase().replaceAll(".", "-");
}

/**
 * The tags that a mesh has; none without `mesh.revisions`: then `istio-injection: enabled` says it all. A revision called
 * `default` serves these namespaces by itself, so that a tag `default` beside it would inject a second time.
 */
export function tagsOf(mesh: MeshConfig): readonly Tag[] {
  if (mesh.revisions === undefined) {
    return [];
  }
  const stable = revisionOf(mesh, "stable");
  const named = (name: string | undefined) => revisionsOf(mesh).find((revision) => revision.name === name);
  const hasUnnamed = named(UNNAMED_REVISION) !== undefined;
  return [
    { name: "stable", revision: stable },
    { name: "canary", revision: revisionOf(mesh, "canary") },
    ...(hasUnnamed ? [] : [{ name: "default" as const, revision: named(mesh.tags?.default) ?? stable }]),
  ];
}

/** The control plane that serves what has a tag. */
export function revisionOf(mesh: MeshConfig, tag: RevisionTag | undefined): Revision {
  const revisions = revisionsOf(mesh);
  const stable = mesh.tags?.stable;
  const wanted = tag === "canary" ? (mesh.tags?.canary ?? stable) : stable;
  const found = revisions.find(({ name }) => name === wanted) ?? revisions[0];
  if (found === undefined) {
    throw new Error("a mesh has a revision: the schema refuses an empty list");
  }
  return found;
}

/** The revision that validates Istio objects, and serves namespaces that choose none by name. */
export function defaultRevision(mesh: MeshConfig): Revision {
  const unnamed = revisionsOf(mesh).find(({ name }) => name === UNNAMED_REVISION);
  return unnamed ?? tagsOf(mesh).find(({ name }) => name === "default")?.revision ?? revisionOf(mesh, "stable");
}

/**
 * Version of what all control planes share and older ones can live with: the CustomResourceDefinitions.
 * Source: istio.io, "Upgrade with Helm": the base chart goes first.
 */
export function newestVersion(mesh: MeshConfig): string {
  return sortedVersions(mesh).at(-1) ?? DEFAULT_ISTIO_VERSION;
}

/**
 * Version of what all control planes share and must not run ahead of them: istio-cni, which a control plane of its own
 * minor version or the next can work with.
 * Source: istio.io, "Upgrade with Helm" of the ambient mode: the control plane goes before the CNI agent.
 */
export function oldestVersion(mesh: MeshConfig): string {
  return sortedVersions(mesh)[0] ?? DEFAULT_ISTIO_VERSION;
}

function sortedVersions(mesh: MeshConfig): string[] {
  return revisionsOf(mesh)
    .map(({ version }) => version)
    .sort(compareVersions);
}

/** What a gateway names as its revision. Undefined: the unnamed control plane, which serves pods that name none. */
export function gatewayTag(mesh: MeshConfig, tag: RevisionTag | undefined): RevisionTag | undefined {
  return mesh.revisions === undefined ? undefined : (tag ?? "stable");
}

/** Labels that give a namespace's pods their sidecars: a tag where the mesh has tags. Never both, as Istio asks. */
export function injectionLabels(mesh: MeshConfig, tag: RevisionTag | undefined): Readonly<Record<string, string>> {
  return mesh.revisions === undefined ? { "istio-injection": "enabled" } : { "istio.io/rev": tag ?? "stable" };
}

/** Annotation of pods whose proxy comes from a revision: another one is another pod, so that it starts again. */
export const PROXY_ANNOTATION = "ecommerce-mesh.dev/istio-proxy";

/**
 * Says in a pod's template which control plane injects its proxy. Moving a tag or raising a version changes it, and the
 * pods are replaced in a rolling update: a pod that stays keeps its old proxy, with every flaw that was mended since.
 */
export function proxyAnnotation(mesh: MeshConfig, tag: RevisionTag | undefined): Readonly<Record<string, string>> {
  const { name, version } = revisionOf(mesh, tag);
  return { [PROXY_ANNOTATION]: `${name}/${version}` };
}
