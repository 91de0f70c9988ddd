import { existsSync } from "node:fs";
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { HelmRelease } from "../../mesh/kubernetes/objects.ts";

/** Seconds that a release may take to become ready before it is rolled back. */
const TIMEOUT_SECONDS = 600;

/** Chart values that only another resource knows, by key at the top; a preview may show them as unknown. */
export type OutputValues = Readonly<Record<string, pulumi.Input<string>>>;

/**
 * Installs a chart as a Helm release: pinned version, waited for, rolled back when it fails. Its namespace is made by
 * the component, with labels of its own.
 * @param outputValues overlaid on the release's values at the top. Default: none.
 */
export function createHelmRelease(
  release: HelmRelease,
  options: pulumi.CustomResourceOptions,
  outputValues: OutputValues = {},
): k8s.helm.v3.Release {
  const args = releaseArgs(release);
  return new k8s.helm.v3.Release(release.name, { ...args, values: { ...args.values, ...outputValues } }, options);
}

/** The inputs of a release: plain values, so that they can be looked at without an engine. */
export function releaseArgs(release: HelmRelease) {
  return {
    name: release.name,
    namespace: release.namespace,
    ...chartReference(release),
    version: release.version,
    values: { ...release.values },
    ...(release.skipCrds === true ? { skipCrds: true } : {}),
    atomic: true,
    cleanupOnFail: true,
    timeout: TIMEOUT_SECONDS,
  };
}

/** Helm takes a repository beside the chart's name, but an OCI reference or a directory in place of it. */
function chartReference({ repository, chart, version }: HelmRelease): {
  chart: string;
  repositoryOpts?: { repo: string };
} {
  if (/^https?:/.test(repository)) {
    return { chart, repositoryOpts: { repo: repository } };
  }
  const place = repository.replace(/\/$/, "");
  return { chart: repository.startsWith("oci:") ? `${place}/${chart}` : localChart(place, chart, version) };
}

/**
 * A chart in a directory: as `helm pull` leaves it there, or unpacked with or without its version. With it, one directory
 * can hold the charts of two revisions of istiod.
 */
function localChart(directory: string, chart: string, version: string): string {
  const versioned = [`${chart}-${version}.tgz`, `${chart}-${version}`].map((name) => `${directory}/${name}`);
  return versioned.find((path) => existsSync(path)) ?? `${directory}/${chart}`;
}
