import type { Metadata } from "../../kubernetes/objects.ts";
import { MANAGED_BY } from "../../kubernetes/labels.ts";
import { RATE_LIMIT_NAMESPACE } from "../../kubernetes/names.ts";

/** Name of the rate limit service's Deployment, Service and ServiceAccount, and its label `app`. */
export const RATE_LIMIT = "ratelimit";

/** Name that the objects of Redis begin with, of its ServiceAccount, and its label `app`. */
export const REDIS = "redis";

/** What the two listen on. `json` and `debug` are for the pod itself. */
export const RATE_LIMIT_PORTS = { grpc: 8081, http: 8080, metrics: 9090 } as const;

/** Ports of Redis and of its Sentinel. */
export const REDIS_PORTS = { server: 6379, sentinel: 26379 } as const;

/** The password of Redis and Sentinel. */
export const REDIS_PASSWORD = { secret: "redis-auth", key: "password" } as const;

/** Host and gRPC port of the service that a stack installs. */
export function rateLimitAddress(): string {
  return `${RATE_LIMIT}.${RATE_LIMIT_NAMESPACE}.svc.cluster.local:${RATE_LIMIT_PORTS.grpc}`;
}

/** The Service in front of each pod of Redis: other pods know it by that address, whichever pod is behind it. */
export function redisHost(index: number): string {
  return `${REDIS}-announce-${index}.${RATE_LIMIT_NAMESPACE}.svc.cluster.local`;
}

/** Metadata of an object of the namespace. @param app Default: it belongs to no pods of one kind. */
export function inRateLimitNamespace(name: string, app?: string): Metadata {
  const labels = app === undefined ? MANAGED_BY : { app, "app.kubernetes.io/name": app, ...MANAGED_BY };
  return { name, namespace: RATE_LIMIT_NAMESPACE, labels };
}
