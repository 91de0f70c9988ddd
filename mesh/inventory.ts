import { karpenterObjects } from "./aws/karpenter/objects.ts";
import { karpenterReleases } from "./aws/karpenter/releases.ts";
import { storageClasses } from "./aws/storage-class.ts";
import { namespaceComponent, securityComponent, trafficComponent, workloadsComponent } from "./application.ts";
import { gatewayCertificates } from "./features/certificates/gateway-certificates.ts";
import { clusterIssuers } from "./features/certificates/issuers.ts";
import { certManager, privateCaIssuer } from "./features/certificates/releases.ts";
import { usesCertManager } from "./features/certificates/uses.ts";
import { certificateNetworkPolicies } from "./features/network-policies/certificates.ts";
import { addonNetworkPolicies } from "./features/network-policies/observability.ts";
import { consoleObjects } from "./features/observability/consoles.ts";
import {
  collectorRelease,
  grafanaRelease,
  jaegerRelease,
  kialiRelease,
  prometheusRelease,
} from "./features/observability/releases.ts";
import { certManagerNamespace, observabilityNamespace } from "./features/workloads/namespaces.ts";
import { chain, type ComponentPlan, group, objectsOf, releaseGroup, releasesOf } from "./groups.ts";
import type { HelmRelease, KubernetesObject } from "./kubernetes/objects.ts";
import { meshComponent } from "./mesh-inventory.ts";
import { rateLimitParts } from "./rate-limit-parts.ts";
import type { StackData } from "./stack/stack.ts";

/**
 * Each component of a stack inside its cluster, with its objects and releases and what they wait for. The components register it,
 * `mesh render` and the checks read it. Components wait for each other by name, and for what the platform gives: `nodes`.
 */
export function inventory(stack: StackData, clusterName: string): ComponentPlan[] {
  return [
    clusterComponent(stack),
    ...karpenterComponent(stack, clusterName),
    ...certManagerComponent(stack),
    meshComponent(stack, clusterName),
    addonsComponent(stack),
    consolesComponent(stack),
    ...certificatesComponent(stack),
    ...rateLimitComponent(stack),
    namespaceComponent(stack),
    workloadsComponent(stack),
    securityComponent(stack),
    trafficComponent(stack),
  ];
}

/** Every Kubernetes object that a stack makes itself, without those of its Helm releases and without its Secrets. */
export function stackObjects(stack: StackData, clusterName: string): KubernetesObject[] {
  return objectsOf(inventory(stack, clusterName));
}

/** Every Helm release of a stack, in the order of their installation. */
export function stackReleases(stack: StackData, clusterName: string): HelmRelease[] {
  return releasesOf(inventory(stack, clusterName));
}

function clusterComponent({ config }: StackData): ComponentPlan {
  const groups = [group("storage", [], { objects: storageClasses(config) })];
  return { name: "cluster", type: "ecommerce-mesh:cluster:Cluster", after: [], groups };
}

/** The pool comes last and goes first, while the controller still runs to end every machine that it has started. */
function karpenterComponent(stack: StackData, clusterName: string): ComponentPlan[] {
  const [definitions, controller] = karpenterReleases(stack, clusterName);
  return controller === undefined
    ? []
    : [
        {
          name: "karpenter",
          type: "ecommerce-mesh:karpenter:Karpenter",
          after: ["nodes"],
          groups: [
            releaseGroup(definitions, "definitions", []),
            // The controller does not start without its kinds. It starts nodes as soon as there is a pool: by then they must be
            // able to join, and their end to be heard of.
            releaseGroup(controller, "controller", ["definitions", "interruptions", "node-identity"]),
            ...chain(karpenterObjects(stack.config, clusterName), "controller"),
          ],
        },
      ];
}

function certManagerComponent(stack: StackData): ComponentPlan[] {
  const namespace = certManagerNamespace(stack);
  const closed = ["namespace", "network-policies"];
  return usesCertManager(stack.config)
    ? [
        {
          name: "cert-manager",
          type: "ecommerce-mesh:certificates:CertManager",
          after: ["nodes"],
          groups: [
            group("namespace", [], { objects: namespace === undefined ? [] : [namespace] }),
            group("network-policies", ["namespace"], { objects: certificateNetworkPolicies(stack) }),
            releaseGroup(certManager(stack), "cert-manager", closed),
            releaseGroup(privateCaIssuer(stack), "private-ca-issuer", [...closed, "cert-manager"]),
            group("issuers", [...closed, "cert-manager", "private-ca-issuer"], { objects: clusterIssuers(stack) }),
          ],
        },
      ]
    : [];
}

function addonsComponent(stack: StackData): ComponentPlan {
  const closed = ["namespace", "network-policies"];
  /** An addon in a component of its own. What its release waits for there is made by that component. */
  const addon = (
    name: string,
    type: string,
    release: HelmRelease | undefined,
    after: string[],
    formerlyInParent = true,
  ) => {
    const groups = [releaseGroup(release, "release", after)];
    const token = `ecommerce-mesh:observability:${type}`;
    const component = { name: `addons-${name}`, type: token, after: [], groups, formerlyInParent };
    return group(name, closed, { components: release === undefined ? [] : [component] });
  };
  return {
    name: "addons",
    type: "ecommerce-mesh:observability:Addons",
    after: ["nodes"],
    groups: [
      group("namespace", [], { objects: [observabilityNamespace()] }),
      // Closed before the first pod, so that no addon is ever open to everybody.
      group("network-policies", ["namespace"], { objects: addonNetworkPolicies(stack) }),
      // In the order in which they read from each other.
      addon("prometheus", "Prometheus", prometheusRelease(stack), ["identity"]),
      addon("jaeger", "Jaeger", jaegerRelease(stack), []),
      addon("collector", "Collector", collectorRelease(stack), [], false),
      addon("grafana", "Grafana", grafanaRelease(stack), ["secret"]),
      addon("kiali", "Kiali", kialiRelease(stack), ["secret"]),
    ],
  };
}

/** Grafana and Kiali at the ingress gateway, where the stack gives them host names. */
function consolesComponent(stack: StackData): ComponentPlan {
  return {
    name: "consoles",
    type: "ecommerce-mesh:observability:Consoles",
    // istiod's webhook refuses Istio objects until it answers; and no console is shown before it asks who comes in.
    after: ["mesh", "addons"],
    groups: [group("consoles", [], { objects: consoleObjects(stack) })],
  };
}

/**
 * The certificates of the ingress gateway that cert-manager gets and renews. Nothing waits for them: an authority may take minutes,
 * and until then the gateway answers HTTP alone. The doctor names those that are not ready.
 */
function certificatesComponent(stack: StackData): ComponentPlan[] {
  const objects = gatewayCertificates(stack);
  return stack.config.traffic.tls.mode === "certManager"
    ? [
        {
          name: "certificates",
          type: "ecommerce-mesh:certificates:GatewayCertificates",
          // The Secret lies in the gateway's namespace, and only there does the gateway look for it.
          after: ["ingress-namespace", "cert-manager"],
          groups: [group("certificates", [], { objects })],
        },
      ]
    : [];
}

/** What counts the global rate limits; nothing where there are none, or where something else counts them. */
function rateLimitComponent(stack: StackData): ComponentPlan[] {
  const parts = rateLimitParts(stack);
  if (parts === undefined) {
    return [];
  }
  const { namespace, guards, redis, service } = parts;
  const deployments = service.filter(({ kind }) => kind === "Deployment");
  return [
    {
      name: "rate-limit",
      type: "ecommerce-mesh:traffic:RateLimitService",
      // As with the application: istiod's webhooks, sidecars, nodes.
      after: ["mesh", "karpenter"],
      groups: [
        group("namespace", [], { objects: [namespace] }),
        group("guards", ["namespace"], { objects: guards }),
        // Made by the component: the password exists only in the engine.
        group("redis-secret", ["namespace"], {}),
        releaseGroup(redis, "redis", ["namespace", "guards", "redis-secret"]),
        group("service", ["namespace"], { objects: service.filter(({ kind }) => kind !== "Deployment") }),
        // The service ends at once when it finds no Redis at its start.
        group("deployments", ["namespace", "guards", "service", "redis"], { objects: deployments }),
      ],
    },
  ];
}
