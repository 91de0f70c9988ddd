import { problemIf, problemUnless, type Problem } from "../../stack/errors.ts";
import { GATEWAY_DRAIN_SECONDS, usesLoadBalancer } from "./load-balancer.ts";
import type { StackData } from "../../stack/stack.ts";
import type { Check } from "../../stack/check.ts";

/** Load balancer, certificate and DNS fit together, and to the platform. */
export const checkLoadBalancer: Check = (stack) => [...certificate(stack), ...dns(stack), ...loadBalancer(stack)];

function certificate({ config }: StackData): Problem[] {
  const { mode, certificateArn } = config.traffic.tls;
  const path = "traffic.tls.certificateArn";
  if (mode !== "acm") {
    return problemIf(
      certificateArn !== undefined,
      path,
      `expected nothing, because traffic.tls.mode is ${mode}`,
      "use mode acm",
    );
  }
  if (!usesLoadBalancer(config)) {
    return [noLoadBalancer("traffic.tls.mode", "acm")];
  }
  if (certificateArn === undefined) {
    return [{ path, message: "expected the ARN of an ACM certificate, because traffic.tls.mode is acm; got nothing" }];
  }
  const region = certificateArn.split(":")[3];
  const wanted = config.platform.kind === "eks" ? config.platform.region : region;
  return problemIf(
    region !== wanted,
    path,
    `expected a certificate in ${String(wanted)}, the load balancer's region; got ${String(region)}`,
  );
}

function dns({ config }: StackData): Problem[] {
  const { enabled, zoneId } = config.traffic.dns;
  if (!enabled) {
    return [];
  }
  if (!usesLoadBalancer(config)) {
    return [noLoadBalancer("traffic.dns.enabled", "true")];
  }
  return problemIf(
    zoneId === undefined,
    "traffic.dns.zoneId",
    "expected the id of a hosted zone, because traffic.dns.enabled is true; got nothing",
    "ExternalDNS may change this zone only",
  );
}

function loadBalancer({ config }: StackData): Problem[] {
  const { deregistrationSeconds, accessLogsBucket } = config.traffic.loadBalancer;
  if (!usesLoadBalancer(config)) {
    return [];
  }
  return [
    ...problemIf(
      deregistrationSeconds >= GATEWAY_DRAIN_SECONDS,
      "traffic.loadBalancer.deregistrationSeconds",
      `expected less than ${GATEWAY_DRAIN_SECONDS}, the seconds that a leaving gateway still answers; got ${deregistrationSeconds}`,
      "or clients meet a gateway that is gone",
    ),
    ...problemUnless(
      accessLogsBucket === undefined || config.traffic.tls.mode === "acm",
      "traffic.loadBalancer.accessLogsBucket",
      `expected nothing, because traffic.tls.mode is ${config.traffic.tls.mode}: AWS logs only the TLS that ends at the load balancer`,
      "use mode acm, or the gateway's own access log",
    ),
  ];
}

function noLoadBalancer(path: string, got: string): Problem {
  return {
    path,
    message: `expected platform.kind eks and mesh.ingressGateway.serviceType LoadBalancer; got ${got} without a load balancer`,
  };
}
