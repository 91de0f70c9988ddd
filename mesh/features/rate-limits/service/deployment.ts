import { make } from "../../../kubernetes/make.ts";
import { dataPlaneOf } from "../../data-plane/data-plane-of.ts";
import { createHash } from "node:crypto";
import type { Container, EnvVar } from "kubernetes-types/core/v1.d.ts";
import { imagePullPolicy } from "../../../kubernetes/images.ts";
import { workloadPlacement } from "../../../stack/node-pools.ts";
import type { ConfigMapObject, DeploymentObject } from "../../../kubernetes/objects.ts";
import type { StackData } from "../../../stack/stack.ts";
import { RESTRICTED_CONTAINER, RESTRICTED_POD, spreadEvenly } from "../../workloads/pod-defaults.ts";
import { inRateLimitNamespace, RATE_LIMIT, RATE_LIMIT_PORTS, REDIS_PASSWORD } from "../names.ts";
import { redisAddress } from "./redis.ts";

/** Where the service looks for its files: `<root>/<subdirectory>/config`. */
const RUNTIME = { root: "/data", subdirectory: "ratelimit", app: "config" } as const;

/** Name of the ConfigMap, and of the volume that it is in the pod. */
const CONFIG = `${RATE_LIMIT}-config`;

/** Annotation of the pods: which limits they were started with. */
export const LIMITS_ANNOTATION = "ecommerce-mesh.dev/limits";

/** The limits as the service reads them. */
export function limitsConfigMap(settings: string): ConfigMapObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: inRateLimitNamespace(CONFIG, RATE_LIMIT),
    data: { "config.yaml": settings },
  };
}

/**
 * The pods that count. A pod reads its file anew when it changes, but a kubelet may take minutes to bring it; so other limits are
 * other pods, and `up` ends when the new ones hold. The counts are in Redis and go on.
 * @param settings the limits, as in {@link limitsConfigMap}
 */
export function rateLimitDeployment(stack: StackData, settings: string): DeploymentObject {
  const { config } = stack;
  const plane = dataPlaneOf(stack);
  const { image, replicas, resources } = config.traffic.rateLimitService;
  const selector = { app: RATE_LIMIT };
  const metadata = inRateLimitNamespace(RATE_LIMIT, RATE_LIMIT);
  return make("Deployment", metadata, {
    replicas,
    revisionHistoryLimit: 3,
    selector: { matchLabels: selector },
    strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: 0 } },
    template: {
      metadata: {
        labels: { ...metadata.labels, ...selector },
        annotations: {
          [LIMITS_ANNOTATION]: digest(settings),
          ...(plane.readsRequestsAt === "pod" ? SCRAPED : {}),
          ...plane.podAnnotations(),
        },
      },
      spec: {
        serviceAccountName: RATE_LIMIT,
        automountServiceAccountToken: false,
        // Beside what it counts for: the control plane's nodes are to stay the same size.
        ...workloadPlacement(config),
        securityContext: RESTRICTED_POD,
        topologySpreadConstraints: spreadEvenly(selector),
        containers: [
          {
            name: RATE_LIMIT,
            image,
            imagePullPolicy: imagePullPolicy(image),
            command: ["/bin/ratelimit"],
            env: environment(config),
            ports: Object.entries(RATE_LIMIT_PORTS).map(([name, containerPort]) => ({
              name,
              containerPort,
              protocol: "TCP",
            })),
            resources,
            ...probes(),
            securityContext: RESTRICTED_CONTAINER,
            volumeMounts: [
              {
                name: CONFIG,
                mountPath: [RUNTIME.root, RUNTIME.subdirectory, RUNTIME.app].join("/"),
                readOnly: true,
              },
            ],
          },
        ],
        volumes: [{ name: CONFIG, configMap: { name: CONFIG } }],
      },
    },
  });
}

/**
 * Its settings. Source: src/settings/settings.go of envoyproxy/ratelimit at 3fb70258, read 2026-11-21.
 */
function environment({ traffic }: StackData["config"]): EnvVar[] {
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

/** Ready with Redis; alive without it, since a restart brings no Redis back. */
function probes(): Pick<Container, "readinessProbe" | "livenessProbe"> {
  return {
    readinessProbe: { httpGet: { path: "/healthcheck", port: "http" }, periodSeconds: 5, timeoutSeconds: 2 },
    livenessProbe: { tcpSocket: { port: "http" }, initialDelaySeconds: 5, periodSeconds: 10, timeoutSeconds: 2 },
  };
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

function digest(settings: string): string {
  return createHash("sha256").update(settings).digest("hex").slice(0, 16);
}
