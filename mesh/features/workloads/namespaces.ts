import { dataPlaneOf } from "../data-plane/data-plane-of.ts";
import { installsCertManager } from "../certificates/uses.ts";
import { MANAGED_BY } from "../../kubernetes/labels.ts";
import { eastWestUsesLoadBalancer, READINESS_GATE_LABEL, usesLoadBalancer } from "../gateways/load-balancer.ts";
import { NAMESPACES, RATE_LIMIT_NAMESPACE } from "../../kubernetes/names.ts";
import type { NamespaceObject } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";
import { networkLabels } from "../../stack/networks.ts";

/**
 * Pod Security: istiod and the gateways need no privilege at all. The node agent, which does, lies in kube-system.
 * `latest` is the API server's own version of the rules.
 */
export const RESTRICTED_PODS = {
  "pod-security.kubernetes.io/enforce": "restricted",
  "pod-security.kubernetes.io/enforce-version": "latest",
} as const;

/** Namespaces of the platform, in which no sidecar is injected. */
export function platformNamespaces({ config }: StackData): NamespaceObject[] {
  const names: string[] = [NAMESPACES.istioSystem, NAMESPACES.ingress];
  if (config.mesh.egressGateway.enabled) {
    names.push(NAMESPACES.egress);
  }
  if (config.mesh.multiCluster.eastWestGateway.enabled) {
    names.push(NAMESPACES.eastWest);
  }
  return names.map((name) => namespace(name, labelsOf(name, config)));
}

function labelsOf(name: string, config: StackData["config"]): Readonly<Record<string, string>> {
  const balanced =
    (name === NAMESPACES.ingress && usesLoadBalancer(config)) ||
    (name === NAMESPACES.eastWest && eastWestUsesLoadBalancer(config));
  return {
    ...RESTRICTED_PODS,
    ...(balanced ? READINESS_GATE_LABEL : {}),
    ...(name === NAMESPACES.istioSystem ? networkLabels(config) : {}),
  };
}

/** Namespace of cert-manager and of what signs for it; undefined where the stack has none, or does not bring it. */
export function certManagerNamespace({ config }: StackData): NamespaceObject | undefined {
  return installsCertManager(config) ? namespace(NAMESPACES.certManager, RESTRICTED_PODS) : undefined;
}

/** Namespace of the addons. */
export function observabilityNamespace(): NamespaceObject {
  return namespace(NAMESPACES.observability, {});
}

/**
 * The application's namespace: every pod in it gets a sidecar, or its node's ztunnel and the waypoint, and those that miss the
 * restricted Pod Security Standard are refused. Without istio-cni they are only named, to whoever makes them and in the audit log:
 * the init container that then redirects the traffic needs NET_ADMIN.
 */
export function applicationNamespace(stack: StackData): NamespaceObject {
  return meshNamespace(stack, stack.catalog.namespace, "requests");
}

/** Namespace of the rate limit service and its Redis. In the mesh like the application's, but for the waypoint: nothing in it is HTTP. */
export function rateLimitNamespace(stack: StackData): NamespaceObject {
  return meshNamespace(stack, RATE_LIMIT_NAMESPACE, "connections");
}

function meshNamespace(stack: StackData, name: string, traffic: "requests" | "connections"): NamespaceObject {
  return namespace(name, {
    ...dataPlaneOf(stack).namespaceLabels(traffic),
    ...(stack.config.mesh.cni.enabled ? RESTRICTED_PODS : {}),
    "pod-security.kubernetes.io/warn": "restricted",
    "pod-security.kubernetes.io/audit": "restricted",
  });
}

function namespace(name: string, labels: Readonly<Record<string, string>>): NamespaceObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { ...MANAGED_BY, ...labels } } };
}
