import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Toolchain } from "../contracts.ts";
import { ISTIO_VERSION } from "../toolchain/versions.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

/** A chart in one version. */
export interface ChartVersion {
  readonly chart: string;
  /** As the stack names it. */
  readonly version: string;
}

/** What the toolchain has of charts. */
export type ChartFiles = Pick<Toolchain, "istioCharts" | "gatewayApiCrds" | "certManagerCrds" | "karpenterCrds">;

/** Istio's charts, and where they lie in its sources. */
const ISTIO_CHARTS: ReadonlyMap<string, string> = new Map([
  ["base", "base"],
  ["istiod", "istio-control/istio-discovery"],
  ["gateway", "gateway"],
  ["cni", "istio-cni"],
  ["ztunnel", "ztunnel"],
]);

const PLACEHOLDER = join(import.meta.dirname, "placeholder");
const PLACEHOLDERS = join(import.meta.dirname, "placeholders");

/** Real CustomResourceDefinitions of placeholders; Karpenter's provider for AWS and the issuer for Private CA have some of ours. */
const DEFINITIONS = join(import.meta.dirname, "definitions");

/** Whether a chart is one of Istio's own, whose sources the toolchain has. */
export function isIstioChart(chart: string): boolean {
  return ISTIO_CHARTS.has(chart);
}

/**
 * Writes charts into a directory, as `<chart>-<version>`, in place of all that it held: Istio's from its sources, a
 * placeholder for every other.
 * @throws CommandError `charts.no-placeholder` for a chart that there is none for.
 */
export function layOutCharts(directory: string, charts: readonly ChartVersion[], files: ChartFiles): void {
  rmSync(directory, { recursive: true, force: true });
  for (const one of charts) {
    const target = join(directory, `${one.chart}-${one.version}`);
    mkdirSync(target, { recursive: true, mode: 0o700 });
    const source = ISTIO_CHARTS.get(one.chart);
    if (source === undefined) {
      layOutPlaceholder(target, one, files);
    } else {
      cpSync(join(files.istioCharts, source), target, { recursive: true, dereference: true });
      stampIstio(target, one);
    }
  }
}

/** As Istio's release builder does it: its sources have no version, and images of a day. */
function stampIstio(target: string, chart: ChartVersion): void {
  nameChart(target, chart, ISTIO_VERSION);
  const values = join(target, "values.yaml");
  const text = readFileSync(values, "utf8")
    .replace(/^( *hub:) registry\.istio\.io\/testing$/m, "$1 registry.istio.io/release")
    .replace(/^( *tag:) latest$/m, `$1 ${chart.version}`);
  writeFileSync(values, text);
}

function layOutPlaceholder(target: string, chart: ChartVersion, files: ChartFiles): void {
  const description = join(PLACEHOLDERS, `${chart.chart}.yaml`);
  if (!existsSync(description)) {
    throw new CommandError(
      "charts.no-placeholder",
      `the chart ${chart.chart} cannot be fetched, and the sandbox has no placeholder for it`,
      "Name a directory that holds it as its repository, or connect to the network.",
    );
  }
  cpSync(PLACEHOLDER, target, { recursive: true, dereference: true });
  const text = readFileSync(description, "utf8");
  const [values = "", workloads = ""] = text.split(/^---$/m);
  writeFileSync(join(target, "values.yaml"), values);
  writeFileSync(join(target, "workloads.yaml"), workloads);
  for (const source of definitionsOf(chart.chart, files)) {
    cpSync(source, join(target, "definitions"), { recursive: true, dereference: true });
  }
  // A new text of ours is an update of the release, as a new version of the chart would be.
  nameChart(target, chart, `placeholder.${createHash("sha256").update(text).digest("hex").slice(0, 8)}`);
}

function definitionsOf(chart: string, files: ChartFiles): readonly string[] {
  const fetched: Readonly<Record<string, string>> = {
    "gateway-api-crds": join(files.gatewayApiCrds, "standard"),
    "cert-manager": files.certManagerCrds,
    "karpenter-crd": files.karpenterCrds,
  };
  return [fetched[chart], join(DEFINITIONS, chart)].filter((path) => path !== undefined).filter(existsSync);
}

/**
 * Says in a chart's version, which Helm and the engine's state keep, what it really is. As build metadata, so that it
 * counts as the version that the stack names.
 */
function nameChart(target: string, { chart, version }: ChartVersion, origin: string): void {
  const path = join(target, "Chart.yaml");
  const text = readFileSync(path, "utf8")
    .replace(/^name: .*$/m, `name: ${chart}`)
    .replace(/^version: .*$/m, `version: ${version}+${origin}`)
    .replace(/^appVersion: .*$/m, `appVersion: ${version}`);
  writeFileSync(path, text);
}
