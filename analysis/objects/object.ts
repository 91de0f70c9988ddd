import type { Metadata } from "../../mesh/kubernetes/objects.ts";

/** Anything with a kind: a judge reads the kinds that it knows and passes the rest over. */
export interface AnyObject {
  readonly kind: string;
  readonly metadata: Metadata;
}

/** Labels of an object, or those that a selector asks for. */
export type Labels = Readonly<Record<string, string>>;

/** `Kind namespace/name`. */
export function nameOf(object: AnyObject): string {
  return `${object.kind} ${keyOf(object)}`;
}

/** `namespace/name`. */
export function keyOf(object: AnyObject): string {
  return `${namespaceOf(object)}/${object.metadata.name}`;
}

export function namespaceOf({ metadata }: AnyObject): string {
  return metadata.namespace ?? "default";
}

/** Whether all wanted labels are there with their values; none are wanted of every object. */
export function hasLabels(labels: Labels, wanted: Labels = {}): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}

/** Host of a Service in full. */
export function hostOfService(name: string, namespace: string): string {
  return `${name}.${namespace}.svc.cluster.local`;
}
