import { z } from "zod";
import {
  cpuTarget,
  dnsLabel,
  list,
  matching,
  oneOf,
  port,
  record,
  replicas,
  resourcesOf,
  section,
  text,
} from "../schema/common.ts";
import { serviceTelemetry } from "../features/observability/schema/telemetry.ts";
import { access } from "../features/authorization/schema/access.ts";
import { call } from "../features/workloads/schema/calls.ts";
import { canary } from "../features/canary/schema/canary.ts";
import { fault, mirror } from "../features/routing/schema/faults.ts";
import { headers } from "../features/routing/schema/headers.ts";
import { loadBalancing } from "../features/routing/schema/load-balancing.ts";
import { connectionPool, outlierDetection, retries } from "../features/routing/schema/resilience.ts";
import { rateLimits } from "../features/rate-limits/schema/rate-limits.ts";
import { jwt } from "../features/authorization/schema/jwt.ts";
import { mtls } from "../features/authorization/schema/mtls.ts";
import { passthrough, route } from "../features/routing/schema/routes.ts";
import { rule } from "../features/routing/schema/rules.ts";
import { sidecar } from "../features/data-plane/schema/sidecar.ts";
import { duration, image, path } from "../schema/terms.ts";
import { version } from "../features/workloads/schema/versions.ts";

/** One microservice: what it is, what it calls, and what calls it from outside. */
export const service = z.strictObject({
  image: image.default("nicholasjackson/fake-service:v0.26.2").describe("Container image."),
  port: port.default(8080).describe("Port that the container listens on."),
  servicePort: port.optional().describe("Port of the Service, which callers ask. Default: `port`."),
  extraPorts: record(dnsLabel.max(15), port).describe(
    "Further ports by name, such as `http-metrics: 9090`; Istio reads the protocol from the name's first part.",
  ),
  versions: z
    .record(dnsLabel, version)
    .refine((versions) => Object.keys(versions).length > 0, "expected at least one version")
    .prefault({ v1: {} })
    .describe("Versions that run at the same time, each a Deployment and a subset."),
  replicas: replicas
    .prefault({ min: 2, max: 4 })
    .describe("Bounds of the autoscaler of every version. Equal bounds: a fixed number, and no autoscaler."),
  cpuTarget,
  resources: resourcesOf(["100m", "256Mi"], ["500m", "512Mi"]).describe("Requests and limits of the container."),
  env: record(z.string(), z.string()).describe(
    "Environment of the container, beside what the catalog gives. Secrets are refused here: see `secretEnv`.",
  ),
  secretEnv: record(
    text,
    z.strictObject({
      name: text.describe("Name of the Secret, in the application's namespace. You keep it."),
      key: text.describe("Key of the value in it."),
    }),
  ).describe("Environment whose values are secrets: each lies in a Secret. Wins over `env`, also over a version's."),
  protocol: oneOf(["HTTP", "HTTP2"], "HTTP").describe(
    "What the container speaks. `HTTP2`: without TLS and without an upgrade, as gRPC servers do.",
  ),
  loadBalancing: loadBalancing.default("ROUND_ROBIN").describe("How callers choose among the pods."),
  connectionPool: connectionPool.optional().describe("Bounds on what callers may have open. Default: Istio's."),
  outlierDetection: outlierDetection.optional().describe("When a pod that fails is left alone. Default: never."),
  timeout: duration.optional().describe("Time of a request with all its retries. Default: no end."),
  retries: retries.optional().describe("What is tried again. Default: Istio's, two retries."),
  headers: headers.optional().describe("Headers to change in requests to the service and in its responses."),
  canary: canary.optional().describe("A new version that gets more and more of the requests."),
  trafficManagedBy: z
    .enum(["flagger", "argo-rollouts"])
    .optional()
    .describe("Who else changes the weights of the split: `up` then leaves them as they are. Default: nobody."),
  rules: list(rule).describe(
    "What some requests get that others do not; the most specific first, the service's own split last.",
  ),
  fault: fault.optional().describe("Failures on purpose, for all requests that no rule takes."),
  mirror: mirror.optional().describe("Copies of all requests that no rule takes."),
  writablePaths: list(matching(/^\/[\w./-]+$/, "expected an absolute path such as /tmp")).describe(
    "Folders that the container may write to; all else is read-only. They are empty at every start.",
  ),
  probes: section({
    liveness: path.default("/health").describe("Path of the liveness probe."),
    readiness: path.default("/ready").describe("Path of the readiness probe."),
  }).describe("Paths that the kubelet and the gateway's health checks ask."),
  routes: list(route).describe("Paths of the gateway that lead here."),
  passthrough: list(passthrough).describe("Hosts of the ingress gateway whose TLS ends here, and not at the gateway."),
  rateLimits: rateLimits.prefault({}).describe("How many requests the service takes."),
  telemetry: serviceTelemetry.prefault({}).describe("Traces, metrics, logs and objectives, where they differ."),
  calls: list(call).describe("What the service calls. Routes and policies follow from it."),
  externalCalls: list(dnsLabel).describe("External services that it calls: names of the catalog's `externalServices`."),
  access: record(dnsLabel, access).describe(
    "Callers that are no services of this catalog, by a name of their own. All others are refused.",
  ),
  jwt: jwt.optional().describe("Tokens of end users. Default: none are looked at."),
  sidecar: sidecar.prefault({}).describe("Its proxies, where they differ from the mesh's (`mesh.proxy`)."),
  mtls: mtls.prefault({}).describe("Mutual TLS where it differs from the mesh's."),
});

export type ServiceSpec = z.infer<typeof service>;
