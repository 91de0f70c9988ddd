import type { HelmRelease, KubernetesObject } from "./kubernetes/objects.ts";

/** What one component registers for the same reason at the same time. */
export interface Group {
  readonly name: string;
  /** Names of the groups of the same component that come before it and go after it, or of what the component is given. */
  readonly after: readonly string[];
  readonly objects: readonly KubernetesObject[];
  readonly releases: readonly HelmRelease[];
  /** Components of their own in this place, which lie below this one. */
  readonly components: readonly ComponentPlan[];
  /** Fields of an object that another program changes, as Pulumi's property paths. Default: none. */
  readonly managedFields?: (object: KubernetesObject) => string[];
  /** Whether the engine refuses to delete it. Default: false. */
  readonly protect?: boolean;
}

/** A component of the graph: its type and name are part of the URNs of everything in it, so neither may change. */
export interface ComponentPlan {
  readonly name: string;
  /** Pulumi's type token. */
  readonly type: string;
  /** What the whole component waits for: names of components, or of what the platform gives. */
  readonly after: readonly string[];
  /** In the order of their installation: a group comes after every group that it waits for. */
  readonly groups: readonly Group[];
  /** Whether its children once lay directly in the component's parent; they keep their state. Default: false. */
  readonly formerlyInParent?: boolean;
}

/** A group; what is left out is empty. */
export function group(name: string, after: readonly string[], members: Partial<Omit<Group, "name" | "after">>): Group {
  return { name, after, objects: [], releases: [], components: [], ...members };
}

/** A group of at most one release. */
export function releaseGroup(release: HelmRelease | undefined, name: string, after: readonly string[]): Group {
  return group(name, after, { releases: release === undefined ? [] : [release] });
}

/** Each object in a group of its own that waits for the one before it; the first waits for `after`. */
export function chain(objects: readonly KubernetesObject[], after: string): Group[] {
  const names = [after, ...objects.map(chainName)];
  return objects.map((object, index) => group(chainName(object), names.slice(index, index + 1), { objects: [object] }));
}

/** Name of an object's group in a chain. */
export function chainName({ kind, metadata }: KubernetesObject): string {
  return `${kind}/${metadata.name}`;
}

/** Every group of some components, in the order of their installation. */
function allGroups(components: readonly ComponentPlan[]): Group[] {
  return components.flatMap(({ groups }) => groups.flatMap((one) => [one, ...allGroups(one.components)]));
}

export function objectsOf(components: readonly ComponentPlan[]): KubernetesObject[] {
  return allGroups(components).flatMap(({ objects }) => objects);
}

export function releasesOf(components: readonly ComponentPlan[]): HelmRelease[] {
  return allGroups(components).flatMap(({ releases }) => releases);
}
