import { createHash } from "node:crypto";
import type { Container, EnvVar } from "kubernetes-types/core/v1.d.ts";
import { imagePullPolicy } from "../../../kubernetes/images.ts";
import { make } from "../../../kubernetes/make.ts";
import type { ConfigMapObject, CoreObject, DeploymentObject } from "../../../kubernetes/objects.ts";
import type { StackConfig } from "../../../stack/config.ts";
import type { StackData } from "../../../stack/stack.ts";
import { dataPlaneOf } from "../../data-plane/data-plane-of.ts";
import {
  containerPorts,
  ONE_AT_A_TIME,
  RESTRICTED_CONTAINER,
  restrictedPod,
  rolling,
} from "../../workloads/pod-defaults.ts";
import { inRateLimitNamespace, RATE_LIMIT, RATE_LIMIT_PORTS, REDIS_PASSWORD } from "../names.ts";
import { redisAddress } from "./redis.ts";

/** Where the service looks for its files: `<root>/<subdirectory>/config`. */
const RUNTIME = { root: "/data", subdirectory: "ratelimit", app: "config" } as const;

/** Name of the ConfigMap, and of the volume that it is in the pod. */
const CONFIG = `${RATE_LIMIT}-config`;

/** Annotation of the pods: which limits they were started with. */
export const LIMITS_ANNOTATION = "ecommerce-mesh.dev/limits";

const SELECTOR = { app: RATE_LIMIT };

/**
 * The rate limit service; its Deployment is the last.
 * @param settings the limits, as the service reads them
 */
export function rateLimitServiceObjects(stack: StackData, settings: string): CoreObject[] {
  const metadata = inRateLimitNamespace(RATE_LIMIT, RATE_LIMIT);
  const budget = make("PodDisruptionBudget", metadata, { ...ONE_AT_A_TIME, selector: { matchLabels: SELECTOR } });
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata, automountServiceAccountToken: false },
    limitsConfigMap(settings),
    make("Service", metadata, {
      type: "ClusterIP",
      selector: SELECTOR,
      // Istio reads from the name that it is HTTP/2.
      ports: [{ name: "grpc", port: RATE_LIMIT_PORTS.grpc, targetPort: "grpc", protocol: "TCP" }],
    }),
    ...(stack.config.traffic.rateLimitService.replicas === 1 ? [] : [budget]),
    rateLimitDeployment(stack, settings),
  ];
}

/** The limits as the service reads them. */
export function limitsConfigMap(settings: string): ConfigMapObject {
  const metadata = inRateLimitNamespace(CONFIG, RATE_LIMIT);
  return { apiVersion: "v1", kind: "ConfigMap", metadata, data: { "config.yaml": settings } };
}

/**
 * The pods that count. A pod reads its file again when it changes, but a kubelet may take minutes to bring it; so other limits are
 * other pods, and `up` ends when the new ones hold. The counts are in Redis and go on.
 * @param settings the limits, as in {@link limitsConfigMap}
 */
export function rateLimitDeployment(stack: StackData, settings: string): DeploymentObject {
  const { config } = stack;
  const plane = dataPlaneOf(stack);
  const metadata = inRateLimitNamespace(RATE_LIMIT, RATE_LIMIT);
  const annotations = {
    [LIMITS_ANNOTATION]: createHash("sha256").update(settings).digest("hex").slice(0, 16),
    ...(plane.readsRequestsAt === "pod" ? SCRAPED : {}),
    ...plane.podAnnotations(),
  };
  return make("Deployment", metadata, {
    replicas: config.traffic.rateLimitService.replicas,
    ...rolling(SELECTOR, {
      metadata: { labels: { ...metadata.labels, ...SELECTOR }, annotations },
      spec: {
        // Beside what it counts for: the control plane's nodes are to stay the same size.
        ...restrictedPod(config, RATE_LIMIT, SELECTOR),
        containers: [container(config)],
        volumes: [{ name: CONFIG, configMap: { name: CONFIG } }],
      },
    }),
  });
}

function container(config: StackConfig): Container {
  const { image, resources } = config.traffic.rateLimitService;
  const mountPath = [RUNTIME.root, RUNTIME.subdirectory, RUNTIME.app].join("/");
  return {
    name: RATE_LIMIT,
    image,
    imagePullPolicy: imagePullPolicy(image),
    command: ["/bin/ratelimit"],
    env: environment(config),
    ports: containerPorts(RATE_LIMIT_PORTS),
    resources,
    // Ready with Redis; alive without it, since a restart brings no Redis back.
    readinessProbe: { httpGet: { path: "/healthcheck", port: "http" }, periodSeconds: 5, timeoutSeconds: 2 },
    livenessProbe: { tcpSocket: { port: "http" }, initialDelaySeconds: 5, periodSeconds: 10, timeoutSeconds: 2 },
    securityContext: RESTRICTED_CONTAINER,
    volumeMounts: [{ name: CONFIG, mountPath, readOnly: true }],
  };
}

/** Its settings. Source: src/settings/settings.go of envoyproxy/ratelimit at 3fb70258, read 2026-11-21. */
function environment({ traffic }: StackConfig): EnvVar[] {
  const { type, url } = redisAddress(traffic.rateLimitService.redis.replicas);
  const values = {
    LOG_LEVEL: "warn",
    LOG_FORMAT: "json",
    CONFIG_TYPE: "FILE",
    RUNTIME_ROOT: RUNTIME.root,
    RUNTIME_SUBDIRECTORY: RUNTIME.subdirectory,
    RUNTIME_APPDIRECTORY: RUNTIME.app,
    // A ConfigMap's files are links below a hidden folder, so the folder itself is watched, and what is hidden left out.
    RUNTIME_WATCH_ROOT: "false",
    RUNTIME_IGNOREDOTFILES: "true",
    REDIS_SOCKET_TYPE: "tcp",
    REDIS_TYPE: type,
    REDIS_URL: url,
    // Not ready without Redis: the gateways ask another pod, or do what failureMode decides.
    REDIS_HEALTH_CHECK_ACTIVE_CONNECTION: "true",
    USE_STATSD: "false",
    USE_PROMETHEUS: "true",
    PROMETHEUS_ADDR: `:${RATE_LIMIT_PORTS.metrics}`,
    PROMETHEUS_PATH: "/metrics",
  };
  const secretKeyRef = { name: REDIS_PASSWORD.secret, key: REDIS_PASSWORD.key };
  const secrets = ["REDIS_AUTH", ...(type === "SENTINEL" ? ["REDIS_SENTINEL_AUTH"] : [])];
  return [
    ...Object.entries(values).map(([name, value]) => ({ name, value })),
    ...secrets.map((name) => ({ name, valueFrom: { secretKeyRef } })),
  ];
}

/**
 * Where a sidecar's agent finds the service's metrics, which it serves with its own on a port that takes plain text. Without
 * sidecars Prometheus, which is not in the mesh, would be refused.
 */
const SCRAPED = {
  "prometheus.io/scrape": "true",
  "prometheus.io/port": String(RATE_LIMIT_PORTS.metrics),
  "prometheus.io/path": "/metrics",
} as const;
