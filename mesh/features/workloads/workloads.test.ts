import assert from "node:assert/strict";
import { workloadObjects } from "../../application.ts";
import type { CoreObject } from "../../kubernetes/objects.ts";
import { stackData } from "../../../tests/support/stack-data.ts";

const shop = workloadObjects(stackData());

function find<K extends CoreObject["kind"]>(
  objects: CoreObject[],
  kind: K,
  name: string,
): Extract<CoreObject, { kind: K }> {
  const object = objects.find((candidate) => candidate.kind === kind && candidate.metadata.name === name);
  assert.ok(object, `${kind} ${name}`);
  return object as Extract<CoreObject, { kind: K }>;
}

describe("workloads", () => {
  it("run the five services, each version a Deployment", () => {
    const names = shop.filter(({ kind }) => kind === "Deployment").map(({ metadata }) => metadata.name);
    assert.deepEqual(names, ["product-v1", "product-v2", "cart-v1", "order-v1", "user-v1", "payment-v1"]);
  });

  it("serve port 8080 named http, and the Service selects the pods of all versions", () => {
    const { spec } = find(shop, "Service", "product");
    assert.deepEqual(spec.ports, [{ name: "http", port: 8080, targetPort: "http", protocol: "TCP" }]);
    assert.deepEqual(spec.selector, { app: "product" });
  });

  it("select in each Deployment only the pods of its own version", () => {
    for (const version of ["v1", "v2"]) {
      const { spec } = find(shop, "Deployment", `product-${version}`);
      assert.deepEqual(spec.selector, { matchLabels: { app: "product", version } });
      assert.equal(spec.template.metadata.labels["version"], version);
      assert.equal(spec.template.metadata.labels["app"], "product");
    }
  });

  it("leave the number of pods to the autoscaler, where there is one", () => {
    assert.equal(find(shop, "Deployment", "cart-v1").spec.replicas, undefined);
    const { spec } = find(shop, "HorizontalPodAutoscaler", "cart-v1");
    assert.deepEqual([spec.minReplicas, spec.maxReplicas], [2, 4]);
    assert.deepEqual(spec.scaleTargetRef, { apiVersion: "apps/v1", kind: "Deployment", name: "cart-v1" });
  });

  it("fix the number of pods where the bounds are equal", () => {
    const fixed = workloadObjects(stackData({}, { services: { cart: { replicas: { min: 3, max: 3 } } } }));
    assert.equal(find(fixed, "Deployment", "cart-v1").spec.replicas, 3);
    assert.ok(!fixed.some(({ kind, metadata }) => kind === "HorizontalPodAutoscaler" && metadata.name === "cart-v1"));
  });

  it("give each service an identity of its own, without a token for Kubernetes", () => {
    for (const name of ["product", "cart", "order", "user", "payment"]) {
      assert.equal(find(shop, "ServiceAccount", name).automountServiceAccountToken, false);
      const { spec } = find(shop, "Deployment", `${name}-v1`).spec.template;
      assert.deepEqual([spec.serviceAccountName, spec.automountServiceAccountToken], [name, false]);
    }
  });

  it("never lock a drain", () => {
    for (const object of shop.filter(({ kind }) => kind === "PodDisruptionBudget")) {
      const { spec } = find(shop, "PodDisruptionBudget", object.metadata.name);
      assert.deepEqual([spec.maxUnavailable, spec.unhealthyPodEvictionPolicy], [1, "AlwaysAllow"]);
    }
  });

  it("ask for what the catalog sets, and run restricted", () => {
    const [container] = find(shop, "Deployment", "cart-v1").spec.template.spec.containers;
    assert.deepEqual(container?.resources, {
      requests: { cpu: "100m", memory: "256Mi" },
      limits: { cpu: "500m", memory: "512Mi" },
    });
    assert.deepEqual(container.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    assert.equal(find(shop, "Deployment", "cart-v1").spec.template.spec.securityContext?.runAsNonRoot, true);
  });

  it("tell the demo image what to call, from the call graph", () => {
    const environment = (name: string) =>
      Object.fromEntries(
        (find(shop, "Deployment", name).spec.template.spec.containers[0]?.env ?? []).map(({ name, value }) => [
          name,
          value,
        ]),
      );
    assert.equal(
      environment("order-v1")["UPSTREAM_URIS"],
      "http://cart.ecommerce.svc.cluster.local:8080/cart," +
        "http://payment.ecommerce.svc.cluster.local:8080/api/v1/process-payment," +
        "http://user.ecommerce.svc.cluster.local:8080/users",
    );
    assert.equal(environment("product-v1")["UPSTREAM_URIS"], undefined);
    assert.equal(environment("product-v2")["NAME"], "product-v2");
  });

  it("let a version's image and environment win over the service's", () => {
    const objects = workloadObjects(
      stackData(
        {},
        {
          services: {
            product: { image: "a/b:1", env: { X: "1", Y: "1" }, versions: { v2: { image: "a/b:2", env: { X: "2" } } } },
          },
        },
      ),
    );
    const container = (name: string) => find(objects, "Deployment", name).spec.template.spec.containers[0];
    assert.deepEqual([container("product-v1")?.image, container("product-v2")?.image], ["a/b:1", "a/b:2"]);
    const x = container("product-v2")?.env?.filter(({ name }) => name === "X" || name === "Y");
    assert.deepEqual(x, [
      { name: "X", value: "2" },
      { name: "Y", value: "1" },
    ]);
  });

  it("take secrets from Secrets, whatever else sets the variable", () => {
    const product = {
      env: { DB_USER: "shop" },
      secretEnv: { DB_PASSWORD: { name: "database", key: "password" } },
      versions: { v1: { env: { DB_PASSWORD: "" } } },
    };
    const objects = workloadObjects(stackData({}, { services: { product } }));
    const env = find(objects, "Deployment", "product-v1").spec.template.spec.containers[0]?.env ?? [];
    assert.deepEqual(
      env.filter(({ name }) => name.startsWith("DB_")),
      [
        { name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: "database", key: "password" } } },
        { name: "DB_USER", value: "shop" },
      ],
    );
  });
});
