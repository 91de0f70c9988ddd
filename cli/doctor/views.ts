/** From objects as the API server lists them to what the doctor looks at. */
import { X509Certificate } from "node:crypto";
import type {
  AutoscalerView,
  CertificateView,
  GatewayApiView,
  IssuanceView,
  NamespaceView,
  PodView,
  ServiceView,
} from "../../analysis/doctor/view.ts";
import { RELEASES } from "../../mesh/kubernetes/names.ts";
import { listAt, numberAt, objectAt, stringAt } from "../../mesh/kubernetes/fields.ts";
import { obstacleOf } from "./pod-obstacles.ts";
import { PLACEHOLDER_IMAGE, PLACEHOLDER_ANNOTATION } from "../../mesh/kubernetes/labels.ts";

/** @param item a Namespace */
export function namespaceView(item: unknown): NamespaceView {
  return { name: nameOf(item).name, labels: strings(objectAt(item, "metadata", "labels")) };
}

/** @param item a Pod */
export function podView(item: unknown): PodView {
  const phase = stringAt(item, "status", "phase");
  const stays = listAt(item, "spec", "initContainers").filter((one) => stringAt(one, "restartPolicy") === "Always");
  const ready = listAt(item, "status", "conditions").some(
    (one) => stringAt(one, "type") === "Ready" && stringAt(one, "status") === "True",
  );
  const images = listAt(item, "status", "containerStatuses").map((one) => stringAt(one, "imageID") ?? "");
  return {
    ...nameOf(item),
    labels: strings(objectAt(item, "metadata", "labels")),
    annotations: strings(objectAt(item, "metadata", "annotations")),
    containers: [...listAt(item, "spec", "containers"), ...stays].map((one) => ({
      name: stringAt(one, "name") ?? "",
      image: stringAt(one, "image") ?? "",
    })),
    serviceAccount: stringAt(item, "spec", "serviceAccountName") ?? "default",
    hostNetwork: objectAt(item, "spec")["hostNetwork"] === true,
    alive: stringAt(item, "metadata", "deletionTimestamp") === undefined && phase !== "Succeeded" && phase !== "Failed",
    node: stringAt(item, "spec", "nodeName"),
    ready,
    // Every kubelet names the image of what runs; the sandbox's own says what only answers, and kwok names none.
    isPlaceholder: ready && images.every((image) => image === "" || image.startsWith(PLACEHOLDER_IMAGE)),
    obstacle: obstacleOf(item),
  };
}

/** @param item an HTTPRoute */
export function httpRouteView(item: unknown): GatewayApiView {
  const { name, namespace } = nameOf(item);
  const refs = listAt(item, "spec", "rules").flatMap((rule) => [
    ...listAt(rule, "backendRefs"),
    ...listAt(rule, "filters").flatMap((filter) => {
      const ref = objectAt(filter, "requestMirror", "backendRef");
      return "name" in ref ? [ref] : [];
    }),
  ]);
  const services = refs
    .filter((ref) => (stringAt(ref, "kind") ?? "Service") === "Service")
    .map((ref) => `${stringAt(ref, "name") ?? ""}.${stringAt(ref, "namespace") ?? namespace}.svc.cluster.local`);
  return { kind: "HTTPRoute", name, namespace, services: [...new Set(services)] };
}

/** @param item a Gateway of the Gateway API; empty where it names no Service of the cluster as its address */
export function ingressViews(item: unknown): GatewayApiView[] {
  const { name, namespace } = nameOf(item);
  const services = listAt(item, "spec", "addresses")
    .filter((address) => stringAt(address, "type") === "Hostname")
    .map((address) => stringAt(address, "value") ?? "");
  return services.length === 0 ? [] : [{ kind: "Gateway", name, namespace, services }];
}

/**
 * @param item a Service
 * @param slices every EndpointSlice of the cluster
 */
export function serviceView(item: unknown, slices: readonly unknown[]): ServiceView {
  const { name, namespace } = nameOf(item);
  const selector = strings(objectAt(item, "spec", "selector"));
  const own = slices.filter(
    (slice) =>
      nameOf(slice).namespace === namespace &&
      objectAt(slice, "metadata", "labels")["kubernetes.io/service-name"] === name,
  );
  const ready = own
    .flatMap((slice) => listAt(slice, "endpoints"))
    .filter((endpoint) => objectAt(endpoint, "conditions")["ready"] !== false);
  return {
    name,
    namespace,
    type: stringAt(item, "spec", "type") ?? "ClusterIP",
    selector: Object.keys(selector).length === 0 ? undefined : selector,
    ports: listAt(item, "spec", "ports").map((port) => ({
      port: numberAt(port, 0, "port"),
      targetPort: targetPort(objectAt(port)["targetPort"]),
    })),
    addresses: listAt(item, "status", "loadBalancer", "ingress").flatMap((one) => {
      const address = stringAt(one, "hostname") ?? stringAt(one, "ip");
      return address === undefined ? [] : [address];
    }),
    readyEndpoints: ready.length,
  };
}

/** @param item a HorizontalPodAutoscaler */
export function autoscalerView(item: unknown): AutoscalerView {
  return {
    ...nameOf(item),
    current: numberAt(item, 0, "status", "currentReplicas"),
    desired: numberAt(item, 0, "status", "desiredReplicas"),
    min: numberAt(item, 1, "spec", "minReplicas"),
    max: numberAt(item, 1, "spec", "maxReplicas"),
  };
}

/** Keys of Secrets that hold certificates: of gateways, and of istiod's own authority. */
const CERTIFICATE_KEYS = ["tls.crt", "cert", "ca-cert.pem", "cert-chain.pem"];

/** The certificates of a Secret. Keys are never looked at. */
export function certificateViews(item: unknown): CertificateView[] {
  const data = objectAt(item, "data");
  return CERTIFICATE_KEYS.flatMap((key) => {
    const text = data[key];
    const end = typeof text === "string" ? notAfter(Buffer.from(text, "base64")) : undefined;
    return end === undefined ? [] : [{ ...nameOf(item), key, notAfter: end }];
  });
}

/** When the first certificate ends; undefined where the value is none, which the gateway's own log says better. */
function notAfter(pem: Buffer): number | undefined {
  try {
    return Date.parse(new X509Certificate(pem).validTo);
  } catch {
    return undefined;
  }
}

/** @param item a Certificate of cert-manager's */
export function issuanceView(item: unknown): IssuanceView {
  const ready = listAt(item, "status", "conditions").find((one) => stringAt(one, "type") === "Ready");
  return {
    ...nameOf(item),
    secretName: stringAt(item, "spec", "secretName") ?? "",
    ready: stringAt(ready, "status") === "True",
    message: stringAt(ready, "message") ?? "",
  };
}

/** Whether a pod of cert-manager's controller only stands for it: then no certificate is ever issued. */
export function representsCertManager(pod: unknown): boolean {
  const { labels, annotations } = objectAt(pod, "metadata");
  return (
    objectAt(labels)["app.kubernetes.io/name"] === RELEASES.certManager &&
    objectAt(annotations)[PLACEHOLDER_ANNOTATION] !== undefined
  );
}

function nameOf(item: unknown): { name: string; namespace: string } {
  return {
    name: stringAt(item, "metadata", "name") ?? "",
    namespace: stringAt(item, "metadata", "namespace") ?? "",
  };
}

function targetPort(value: unknown): number | string | undefined {
  return typeof value === "number" || typeof value === "string" ? value : undefined;
}

function strings(map: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, String(value)]));
}
