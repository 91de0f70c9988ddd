import type { VolumeConfig } from "./schema/observability.ts";
import { parseQuantity } from "../../kubernetes/quantity.ts";
import type { HelmValues } from "../../kubernetes/objects.ts";

const GIB = 2 ** 30;

/** Share of a volume that data may take: the rest is for the write-ahead log and for blocks while they are merged. */
const USABLE = 0.8;

/** Bytes of a Prometheus sample on disk, at the upper end of 1 to 2. Source: Prometheus docs, Storage, 2026-08. */
const BYTES_PER_SAMPLE = 2;

/** Seconds between scrapes of a proxy. */
export const SCRAPE_SECONDS = 15;

/**
 * Series of one proxy. An assumption, on the high side for five services: about 60 series (request count, duration
 * buckets, sizes, bytes) for each pair of workload and response code, and 10 pairs.
 */
const SERIES_PER_PROXY = 600;

/** Series of the cluster itself (kubelet, API server, kube-state-metrics, addons). An assumption of the same kind. */
const SERIES_OF_CLUSTER = 30_000;

/** Size that Prometheus keeps its data below, as it reads it. */
export function retentionSize(volume: VolumeConfig): string {
  return `${Math.floor((usableBytes(volume) / GIB) * 1000)}MB`;
}

/** Days of metrics that a volume holds. */
export function daysThatFit(volume: VolumeConfig, proxies: number): number {
  return Math.floor(usableBytes(volume) / bytesPerDay(proxies));
}

/** GiB that a volume needs for so many days, rounded up to whole tens. */
export function gibForDays(days: number, proxies: number): number {
  return Math.ceil((days * bytesPerDay(proxies)) / USABLE / GIB / 10) * 10;
}

/** A claim as Kubernetes has it in a StatefulSet's template and in a PersistentVolumeClaim. */
export function claimSpec(volume: VolumeConfig): HelmValues {
  return {
    accessModes: ["ReadWriteOnce"],
    ...(volume.storageClass !== undefined && { storageClassName: volume.storageClass }),
    resources: { requests: { storage: volume.size } },
  };
}

function usableBytes(volume: VolumeConfig): number {
  return parseQuantity(volume.size) * USABLE;
}

function bytesPerDay(proxies: number): number {
  const perSecond = (SERIES_PER_PROXY * proxies + SERIES_OF_CLUSTER) / SCRAPE_SECONDS;
  return perSecond * 86_400 * BYTES_PER_SAMPLE;
}
