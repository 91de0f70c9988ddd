/** Which charts the sandbox can represent, and how: releases whose chart cannot be fetched on this machine. */
import { isObject, objectAt, type JsonObject, type KubernetesObject } from "../../kubernetes/object.ts";
import {
  awsLoadBalancerController,
  awsPrivateCaIssuer,
  certManager,
  externalDns,
  istioCsr,
  karpenter,
  karpenterCrd,
  metricsServer,
} from "./cluster-addons.ts";
import { gatewayApiCrds } from "./gateway-api-crds.ts";
import { grafana } from "./grafana.ts";
import { istioBase } from "./istio-base.ts";
import { istioGateway } from "./istio-gateway.ts";
import { istioCni, ztunnel } from "./istio-node.ts";
import { istiod } from "./istiod.ts";
import { jaeger } from "./jaeger.ts";
import { kialiServer } from "./kiali-server.ts";
import { kubePrometheusStack } from "./kube-prometheus-stack.ts";
import { opentelemetryCollector } from "./opentelemetry-collector.ts";
import { MANAGED_BY, REPRESENTS_ANNOTATION } from "./marks.ts";
import { prometheus } from "./prometheus.ts";
import { redisHa } from "./redis-ha.ts";
import type { RepresentedChart, Representation } from "./types.ts";

export type { RepresentedChart, Representation } from "./types.ts";

const REPRESENTATIONS: Readonly<Record<string, Representation>> = {
  base: istioBase,
  istiod,
  cni: istioCni,
  ztunnel,
  gateway: istioGateway,
  "kube-prometheus-stack": kubePrometheusStack,
  prometheus,
  grafana,
  "gateway-api-crds": gatewayApiCrds,
  jaeger,
  "kiali-server": kialiServer,
  "opentelemetry-collector": opentelemetryCollector,
  "aws-load-balancer-controller": awsLoadBalancerController,
  "cert-manager": certManager,
  "cert-manager-istio-csr": istioCsr,
  "aws-privateca-issuer": awsPrivateCaIssuer,
  karpenter,
  "karpenter-crd": karpenterCrd,
  "external-dns": externalDns,
  "metrics-server": metricsServer,
  "redis-ha": redisHa,
};

/** Names of the charts that can be represented. */
export const REPRESENTED_CHARTS: readonly string[] = Object.keys(REPRESENTATIONS);

/** The representation of a chart by its name; undefined where there is none. */
export function representationOf(chart: string): Representation | undefined {
  return Object.hasOwn(REPRESENTATIONS, chart) ? REPRESENTATIONS[chart] : undefined;
}

/** The objects that stand in for a release's, marked as such, in the order in which they are applied. */
export function representedObjects(
  chart: string,
  representation: Representation,
  release: RepresentedChart,
): readonly KubernetesObject[] {
  const below = representation.valuesBelow === undefined ? {} : objectAt(release.values, representation.valuesBelow);
  const values = overlay(overlay(representation.defaults, below), release.values);
  const marked = `${chart}-${release.version}`;
  return representation.objects({ ...release, values }).map((object) => mark(object, marked));
}

/** Helm's merge: maps key by key, everything else replaced; null takes a default away. */
export function overlay(defaults: JsonObject, values: JsonObject): JsonObject {
  const result: JsonObject = { ...defaults };
  for (const [key, value] of Object.entries(values)) {
    if (value === null) {
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a copy made above, keyed by the program's values
      delete result[key];
    } else {
      const base = result[key];
      result[key] = isObject(base) && isObject(value) ? overlay(base, value) : value;
    }
  }
  return result;
}

function mark(object: KubernetesObject, represents: string): KubernetesObject {
  const metadata = markMetadata(object.metadata, represents);
  const template = objectAt(object, "spec", "template");
  if (!("spec" in template)) {
    return { ...object, metadata };
  }
  const marked = { ...template, metadata: markMetadata(objectAt(template, "metadata"), represents) };
  return { ...object, metadata, spec: { ...objectAt(object, "spec"), template: marked } };
}

function markMetadata(metadata: JsonObject, represents: string): JsonObject {
  return {
    ...metadata,
    labels: { ...objectAt(metadata, "labels"), "app.kubernetes.io/managed-by": MANAGED_BY },
    annotations: { ...objectAt(metadata, "annotations"), [REPRESENTS_ANNOTATION]: represents },
  };
}
