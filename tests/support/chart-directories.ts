import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ChartFiles } from "../../sandbox/charts/layout.ts";

const ISTIO = {
  base: "base",
  istiod: "istio-control/istio-discovery",
  gateway: "gateway",
  cni: "istio-cni",
  ztunnel: "ztunnel",
};

/** Charts and definitions as small as can be, laid out as the toolchain has the real ones. */
export function emptyChartFiles(directory: string): ChartFiles {
  const files = {
    istioCharts: join(directory, "istio-charts"),
    gatewayApiCrds: join(directory, "gateway-api-crds"),
    certManagerCrds: join(directory, "cert-manager-crds"),
    karpenterCrds: join(directory, "karpenter-crds"),
  };
  for (const [name, path] of Object.entries(ISTIO)) {
    const chart = join(files.istioCharts, path);
    mkdirSync(chart, { recursive: true });
    writeFileSync(join(chart, "Chart.yaml"), `apiVersion: v2\nname: ${name}\nversion: 1.0.0\nappVersion: 1.0.0\n`);
    writeFileSync(join(chart, "values.yaml"), "global:\n    hub: registry.istio.io/testing\n    tag: latest\n");
  }
  for (const crds of [join(files.gatewayApiCrds, "standard"), files.certManagerCrds, files.karpenterCrds]) {
    mkdirSync(crds, { recursive: true });
    writeFileSync(join(crds, "one.yaml"), "kind: CustomResourceDefinition\n");
  }
  return files;
}
