import { LOAD_BALANCER_CLASS, usesLoadBalancer } from "./load-balancer.ts";
import { KUBE_SYSTEM, RELEASES } from "../../kubernetes/names.ts";
import type { HelmRelease, HelmValues } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";
import { systemPool } from "../../releases/placement.ts";

/**
 * The AWS Load Balancer Controller, which makes the network load balancer of the ingress gateway. Undefined where the
 * stack has none. The component adds `vpcId`, which is known only once the VPC is there.
 */
export function loadBalancerController({ config }: StackData, clusterName: string): HelmRelease | undefined {
  const { platform, traffic, tags } = config;
  if (platform.kind !== "eks" || !usesLoadBalancer(config)) {
    return undefined;
  }
  return {
    name: RELEASES.loadBalancerController,
    namespace: KUBE_SYSTEM,
    chart: "aws-load-balancer-controller",
    ...traffic.loadBalancer.chart,
    values: {
      clusterName,
      // Pods do not reach the instance metadata (hop limit 1), where the controller would look for it.
      region: platform.region,
      serviceAccount: { name: RELEASES.loadBalancerController },
      replicaCount: 2,
      podDisruptionBudget: { maxUnavailable: 1 },
      resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "500m", memory: "512Mi" } },
      loadBalancerClass: LOAD_BALANCER_CLASS,
      // On, every Service of the cluster waits for this controller, also while it is not there yet.
      enableServiceMutatorWebhook: false,
      // The chart makes a new certificate at each upgrade otherwise, and pods that were not restarted do not know it.
      keepTLSSecret: true,
      ...WITHOUT_APPLICATION_LOAD_BALANCERS,
      defaultTags: { project: "ecommerce-mesh", ...tags },
      ...systemPool(config),
    },
  };
}

/** Requests enter by the gateway alone, so the controller gets no rights on WAF and Shield, and must not ask for them. */
const WITHOUT_APPLICATION_LOAD_BALANCERS: HelmValues = {
  createIngressClassResource: false,
  ingressClassParams: { create: false },
  webhookConfig: { disableIngressValidation: true },
  enableShield: false,
  enableWaf: false,
  enableWafv2: false,
};

/** ExternalDNS, which keeps the records of the hosts that the gateway answers. Undefined where it is off. */
export function externalDns({ config }: StackData, clusterName: string): HelmRelease | undefined {
  const { enabled, zoneId, chart } = config.traffic.dns;
  if (!enabled || zoneId === undefined || !usesLoadBalancer(config)) {
    return undefined;
  }
  return {
    name: RELEASES.externalDns,
    namespace: KUBE_SYSTEM,
    chart: "external-dns",
    ...chart,
    values: {
      provider: { name: "aws" },
      serviceAccount: { name: RELEASES.externalDns },
      // Consoles keep an Istio Gateway of their own.
      sources: ["istio-gateway", ...(config.mesh.gatewayApi ? ["gateway-httproute"] : [])],
      // Records go with the Gateway that named them; the owner keeps it from touching records of others.
      policy: "sync",
      registry: "txt",
      txtOwnerId: clusterName,
      // At each change and not only every minute: a destroy takes the Gateway first and ExternalDNS soon after.
      triggerLoopOnEvent: true,
      extraArgs: { "zone-id-filter": zoneId },
      resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "200m", memory: "256Mi" } },
      ...systemPool(config),
    },
  };
}

/** Releases before the ingress gateway, in the order of their installation. */
export function edgeReleases(stack: StackData, clusterName: string): HelmRelease[] {
  return [loadBalancerController(stack, clusterName), externalDns(stack, clusterName)].filter(
    (release) => release !== undefined,
  );
}
