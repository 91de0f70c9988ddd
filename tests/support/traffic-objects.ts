import assert from "node:assert/strict";
import type { IstioObject } from "../../mesh/kubernetes/objects.ts";
import type { HttpRoute } from "../../mesh/kubernetes/istio.ts";

/** The one object of a kind with this name. */
export function objectNamed<K extends IstioObject["kind"]>(
  objects: readonly IstioObject[],
  kind: K,
  name: string,
): Extract<IstioObject, { kind: K }> {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  assert.ok(found, `${kind} ${name}`);
  return found as Extract<IstioObject, { kind: K }>;
}

/** The HTTP routes of a VirtualService. */
export function httpRoutesOf(objects: readonly IstioObject[], name: string): HttpRoute[] {
  return objectNamed(objects, "VirtualService", name).spec.http ?? [];
}

/** Where a route leads: `v1 80, v2 20`. */
export function sharesOf({ route }: HttpRoute): string {
  return (route ?? []).map(({ destination, weight }) => `${destination.subset ?? ""} ${weight ?? ""}`).join(", ");
}
