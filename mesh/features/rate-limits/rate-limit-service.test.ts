import assert from "node:assert/strict";
import fc from "fast-check";
import { rateLimitService } from "./schema/rate-limit-service.ts";
import { podDemand } from "../../capacity/demand.ts";
import { checkStack } from "../../checks/index.ts";
import { principal } from "../../kubernetes/names.ts";
import type { AuthorizationPolicyObject, DeploymentObject, NetworkPolicyObject } from "../../kubernetes/objects.ts";
import { judge } from "../../../analysis/policy/index.ts";
import { LIMITS_ANNOTATION } from "./service/deployment.ts";
import { redisAddress } from "./service/redis.ts";
import { renderStack } from "../../render.ts";
import { stackObjects, stackReleases } from "../../inventory.ts";
import { secretTemplates } from "../../secrets.ts";
import { connects, type Endpoint } from "../../../analysis/authorization/network.ts";
import { authorize } from "../../../analysis/authorization/authorize.ts";
import type { StackData } from "../../stack/stack.ts";
import { stackData } from "../../../tests/support/stack-data.ts";
import { rateLimitParts, type RateLimitParts } from "../../rate-limit-parts.ts";
import type { PlainObject } from "../../stack/plain-object.ts";

const LIMIT = { requests: 10, per: "minute" };
const ADDRESS = "ratelimit.limits.svc.cluster.local:8081";

function limited(service: PlainObject = {}, config: PlainObject = {}, limit: PlainObject = LIMIT): StackData {
  return stackData(
    { traffic: { rateLimitService: service }, ...config },
    { services: { product: { rateLimits: { global: [limit] } } } },
  );
}

function partsOf(stack: StackData): RateLimitParts {
  const parts = rateLimitParts(stack);
  assert.ok(parts !== undefined);
  return parts;
}

function deploymentOf(stack: StackData): DeploymentObject {
  const found = partsOf(stack).service.find((object): object is DeploymentObject => object.kind === "Deployment");
  assert.ok(found !== undefined);
  return found;
}

function environmentOf(stack: StackData): Record<string, string> {
  const [container] = deploymentOf(stack).spec.template.spec.containers;
  return Object.fromEntries(
    (container?.env ?? []).map(({ name, value, valueFrom }) => [
      name,
      value ?? `secret ${valueFrom?.secretKeyRef?.name ?? ""}/${valueFrom?.secretKeyRef?.key ?? ""}`,
    ]),
  );
}

describe("the rate limit service", () => {
  it("is installed where the catalog has global limits and no other service is named, and nowhere else", () => {
    assert.equal(rateLimitParts(stackData()), undefined);
    assert.equal(rateLimitParts(limited({ address: ADDRESS })), undefined);
    const names = (stack: StackData) => [
      ...stackObjects(stack, "any").map(({ metadata }) => metadata.namespace ?? metadata.name),
      ...stackReleases(stack, "any").map(({ namespace }) => namespace),
      ...secretTemplates(stack).map(({ metadata }) => metadata.namespace),
    ];
    for (const stack of [stackData(), limited({ address: ADDRESS })]) {
      assert.ok(!names(stack).includes("rate-limit"));
    }
    assert.ok(names(limited()).includes("rate-limit"));
  });

  it("is not given as a file what it is given as a ConfigMap", () => {
    const settings = (stack: StackData) => renderStack(stack, "any").some(({ path }) => path.startsWith("settings/"));
    assert.equal(settings(limited()), false);
    assert.equal(settings(limited({ address: ADDRESS })), true);
  });

  it("starts again for other limits, and for nothing else", () => {
    const annotation = (stack: StackData) => deploymentOf(stack).spec.template.metadata.annotations[LIMITS_ANNOTATION];
    assert.notEqual(annotation(limited()), annotation(limited({}, {}, { ...LIMIT, requests: 11 })));
    assert.equal(annotation(limited()), annotation(limited({ failureMode: "closed", replicas: 5 })));
  });

  it("knows its Redis by password alone, which stands in no environment", () => {
    const environment = environmentOf(limited());
    assert.equal(environment["REDIS_AUTH"], "secret redis-auth/password");
    assert.equal(environment["REDIS_SENTINEL_AUTH"], "secret redis-auth/password");
    const { redis } = partsOf(limited());
    assert.deepEqual(
      [redis.values["auth"], redis.values["existingSecret"], redis.values["authKey"]],
      [true, "redis-auth", "password"],
    );
    assert.deepEqual(
      secretTemplates(limited())
        .filter(({ metadata }) => metadata.namespace === "rate-limit")
        .map(({ metadata, keys }) => [metadata.name, keys]),
      [["redis-auth", ["password"]]],
    );
  });

  it("asks the Sentinels of several pods who leads, and a pod that is alone directly", () => {
    assert.deepEqual(redisAddress(1), { type: "SINGLE", url: "redis-announce-0.rate-limit.svc.cluster.local:6379" });
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 9 }), (replicas) => {
        const { values } = partsOf(limited({ redis: { replicas } })).redis;
        const { url } = redisAddress(replicas);
        assert.match(url, /^mymaster(,redis-announce-\d\.rate-limit\.svc\.cluster\.local:26379)+$/);
        assert.equal(url.split(",").length, replicas + 1);
        // A majority: not two halves that each choose a leader.
        const { quorum } = values["sentinel"] as { readonly quorum: number };
        assert.ok(quorum * 2 > replicas && quorum < replicas);
      }),
    );
    assert.ok(!("REDIS_SENTINEL_AUTH" in environmentOf(limited({ redis: { replicas: 1 } }))));
  });

  it("survives the loss of a node by default: pods apart, and never more than one away on purpose", () => {
    const { service, redis } = partsOf(limited());
    assert.ok(service.some(({ kind }) => kind === "PodDisruptionBudget"));
    assert.deepEqual(redis.values["podDisruptionBudget"], {
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: "AlwaysAllow",
    });
    const alone = partsOf(limited({ replicas: 1, redis: { replicas: 1 } }));
    assert.ok(!alone.service.some(({ kind }) => kind === "PodDisruptionBudget"));
    assert.equal(alone.redis.values["podDisruptionBudget"], undefined);
  });

  it("keeps Redis within its memory, and everything that it counts has an end", () => {
    const resources = { requests: { cpu: "100m", memory: "1Gi" }, limits: { cpu: "1", memory: "1Gi" } };
    const { values } = partsOf(limited({ redis: { resources } })).redis;
    const { config } = values["redis"] as { readonly config: Record<string, unknown> };
    assert.equal(config["maxmemory"], "768mb");
    assert.equal(config["maxmemory-policy"], "volatile-ttl");
  });

  it("is counted among the pods that must have a node, with sidecars", () => {
    const sets = podDemand(limited()).workload.filter(({ name }) => /rate limit|redis/.test(name));
    // 50m and the sidecar's 10m; 50m, 10m, 5m and 10m.
    assert.deepEqual(
      sets.map(({ pods, request }) => [pods, request.milliCpu]),
      [
        [2, 60],
        [3, 75],
      ],
    );
    assert.deepEqual(
      podDemand(stackData()).workload.filter(({ name }) => name === "redis"),
      [],
    );
  });

  it("passes every mandatory rule of the policy pack, in both modes of the mesh", () => {
    for (const config of [{}, { mesh: { mode: "ambient" } }]) {
      const { namespace, guards, service } = partsOf(limited({}, config));
      const resources = [namespace, ...guards, ...service].map(({ apiVersion, kind, metadata, ...rest }) => ({
        type: `kubernetes:${apiVersion === "v1" ? "core/v1" : apiVersion}:${kind}`,
        urn: metadata.name,
        name: metadata.name,
        props: { metadata, ...rest },
      }));
      assert.deepEqual(
        judge(resources).filter(({ rule }) => rule.level === "mandatory"),
        [],
      );
    }
  });

  it("tells Prometheus of its metrics where a sidecar hands them on", () => {
    const { annotations } = deploymentOf(limited()).spec.template.metadata;
    assert.deepEqual([annotations["prometheus.io/port"], annotations["prometheus.io/path"]], ["9090", "/metrics"]);
    assert.equal(environmentOf(limited())["PROMETHEUS_ADDR"], ":9090");
  });
});

describe("access to the rate limit service", () => {
  const GATEWAY = principal("cluster.local", "istio-ingress", "istio-ingressgateway");
  const SERVICE = principal("cluster.local", "rate-limit", "ratelimit");
  const REDIS = principal("cluster.local", "rate-limit", "redis");
  const PRODUCT = principal("cluster.local", "ecommerce", "product");

  it("has the gateway, its own Redis has the service, and nobody else has either, by identity", () => {
    const { guards } = partsOf(limited());
    const policies = guards.filter(
      (object): object is AuthorizationPolicyObject => object.kind === "AuthorizationPolicy",
    );
    const world = { policies, rootNamespace: "istio-system", trustDomains: ["cluster.local"] };
    const allowed = (app: string, port: number) =>
      [GATEWAY, SERVICE, REDIS, PRODUCT, undefined].filter(
        (who) =>
          authorize(
            world,
            { namespace: "rate-limit", labels: { app } },
            { method: "POST", path: "/", port, ...(who === undefined ? {} : { principal: who }) },
          ).allowed,
      );
    assert.deepEqual(allowed("ratelimit", 8081), [GATEWAY]);
    assert.deepEqual(allowed("ratelimit", 8080), []);
    assert.deepEqual(allowed("redis", 6379), [SERVICE, REDIS]);
    assert.deepEqual(allowed("redis", 26379), [SERVICE, REDIS]);
    assert.deepEqual(allowed("redis", 8081), []);
    assert.deepEqual(allowed("anything", 8081), []);
  });

  for (const [mode, [grpc, redis]] of [
    ["sidecar", [8081, 6379]],
    ["ambient", [15008, 15008]],
  ] as const) {
    it(`is the same below the mesh, with mesh.mode ${mode}`, () => {
      const stack = limited({}, { mesh: { mode } });
      const objects = stackObjects(stack, "any");
      const policies = objects.filter((object): object is NetworkPolicyObject => object.kind === "NetworkPolicy");
      const namespaceLabels = new Map(
        objects.flatMap(({ kind, metadata }) => (kind === "Namespace" ? [[metadata.name, metadata.labels ?? {}]] : [])),
      );
      const pod = (namespace: string, app: string): Endpoint => ({ pod: { namespace, labels: { app } } });
      const pods = {
        gateway: pod("istio-ingress", "istio-ingressgateway"),
        service: pod("rate-limit", "ratelimit"),
        redis: pod("rate-limit", "redis"),
        product: pod("ecommerce", "product"),
      };
      const callers = (to: Endpoint, port: number) =>
        Object.entries(pods)
          .filter(([, from]) => connects({ policies, namespaceLabels }, from, to, port).allowed)
          .map(([name]) => name);
      assert.deepEqual(callers(pods.service, grpc), ["gateway"]);
      assert.deepEqual(callers(pods.redis, redis), ["service", "redis"]);
      assert.deepEqual(callers(pods.redis, 9121), []);
      // Nor does anything leave the namespace but to what each proxy asks.
      assert.ok(!connects({ policies, namespaceLabels }, pods.redis, { address: "203.0.113.10" }, 443).allowed);
      assert.ok(!connects({ policies, namespaceLabels }, pods.service, { address: "203.0.113.10" }, 443).allowed);
    });
  }

  it("is left to the mesh alone where a stack has no NetworkPolicies", () => {
    const { guards } = partsOf(limited({}, { security: { networkPolicies: false } }));
    assert.ok(!guards.some(({ kind }) => kind === "NetworkPolicy"));
  });
});

describe("settings of the rate limit service", () => {
  const problems = (stack: StackData) =>
    checkStack(stack)
      .filter(({ path }) => path.startsWith("traffic.rateLimitService"))
      .map(({ path, message }) => `${path}: ${message}`);

  it("are refused beside the address of one that the stack does not install", () => {
    assert.deepEqual(problems(limited({ address: ADDRESS, failureMode: "closed" })), []);
    const paths = problems(limited({ address: ADDRESS, replicas: 3, redis: { replicas: 1 }, image: "mine:1" }));
    assert.deepEqual(
      paths.map((text) => text.replace(/: .*/, "")),
      ["image", "replicas", "redis"].map((key) => `traffic.rateLimitService.${key}`),
    );
    assert.match(paths[0] ?? "", /names a service that this stack does not install \(ratelimit\.limits/);
  });

  it("refuse a Redis of two pods", () => {
    const { error } = rateLimitService.safeParse({ redis: { replicas: 2 } });
    assert.match(error?.message ?? "", /expected 1, or 3 and more: of two, none is the majority/);
  });

  it("want an image with a digest in production", () => {
    const production = { security: { profile: "production", exceptions: {} } };
    const of = (image: PlainObject) =>
      problems({
        ...limited(image),
        config: {
          ...limited(image).config,
          security: { ...limited(image).config.security, ...production.security } as StackData["config"]["security"],
        },
      });
    assert.match(
      of({}).join(),
      /rateLimitService\.image: docker\.io\/envoyproxy\/ratelimit:3fb70258 has no digest, which/,
    );
    assert.match(of({ image: "docker.io/envoyproxy/ratelimit:master" }).join(), /can change under its name/);
    assert.deepEqual(of({ image: `docker.io/envoyproxy/ratelimit@sha256:${"a".repeat(64)}` }), []);
  });

  it("leave the namespace to the service", () => {
    const stack = limited();
    const taken = { ...stack, catalog: { ...stack.catalog, namespace: "rate-limit" } };
    assert.ok(checkStack(taken).some(({ message }) => message.includes('got "rate-limit", which the platform uses')));
  });
});
