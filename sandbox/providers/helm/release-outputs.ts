import type { PropertyMap } from "../protocol/index.ts";
import type { InstalledRelease, ReleaseRef } from "./installed-release.ts";
import type { Inventory } from "./inventory.ts";
import { resourceNames } from "./release-spec.ts";

/** A release whose chart could not be fetched: represented by pods and not run. */
export interface RepresentedRelease {
  readonly name: string;
  readonly namespace: string;
  readonly chart: string;
  readonly version: string;
  /** Why the chart could not be had. */
  readonly reason: string;
}

/** What is said of a represented release to those who summarise a run. */
export function representedRelease({ name, namespace, chart, version, reason }: Inventory): RepresentedRelease {
  return { name, namespace, chart, version, reason };
}

/** Outputs of a represented release, in the form of a real one's. */
export function representedOutputs(inventory: Inventory): PropertyMap {
  const { name, namespace, chart, version, revision, status, objects } = inventory;
  return {
    resourceNames: resourceNames(objects),
    status: { name, namespace, chart, version, appVersion: version, revision, status },
  };
}

/** Outputs of a release that Helm installed. */
export function installedOutputs({ name, namespace }: ReleaseRef, installed: InstalledRelease): PropertyMap {
  const { chart, version, appVersion, revision, status } = installed;
  return {
    resourceNames: installed.resourceNames,
    status: { name, namespace, chart, version, appVersion, revision, status },
  };
}

/** Name and namespace of a resource id, `namespace/name`. */
export function parseReleaseId(id: string): ReleaseRef {
  const slash = id.indexOf("/");
  return slash < 0 ? { namespace: "default", name: id } : { namespace: id.slice(0, slash), name: id.slice(slash + 1) };
}
