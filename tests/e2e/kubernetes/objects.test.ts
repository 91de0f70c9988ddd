import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import { kube } from "../control-plane/support.ts";
import { TestBed } from "./support.ts";

/** What a test changes between two runs. */
interface Shop {
  readonly weight: number;
  readonly cpu: string;
  readonly extra: object;
  readonly timeout?: string;
}

const DEFAULT: Shop = { weight: 80, cpu: "100m", extra: {} };

function shop({ weight, cpu, extra, timeout }: Shop): (provider: k8s.Provider) => void {
  return (provider) => {
    const namespace = new k8s.core.v1.Namespace("shop", { metadata: { name: "shop" } }, { provider });
    const crd = new k8s.apiextensions.v1.CustomResourceDefinition("routes", ROUTES, { provider });
    const metadata = { name: "web", namespace: namespace.metadata.name };
    const labels = { app: "web" };
    const containers = [{ name: "web", image: "example/web:1", resources: { requests: { cpu } } }];
    new k8s.apps.v1.Deployment(
      "web",
      {
        metadata,
        spec: {
          replicas: 2,
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers } },
        },
      },
      { provider, ...(timeout === undefined ? {} : { customTimeouts: { create: timeout, update: timeout } }) },
    );
    const ports = [{ name: "http", port: 80 }];
    new k8s.core.v1.Service("lb", { metadata, spec: { type: "LoadBalancer", selector: labels, ports } }, { provider });
    const spec = { host: "web", weights: [weight, 100 - weight], ...extra };
    const route = { apiVersion: "test.sandbox.dev/v1", kind: "Route", metadata, spec };
    new k8s.apiextensions.CustomResource("route", route, { provider, dependsOn: [crd] });
  };
}

const ROUTES: k8s.types.input.apiextensions.v1.CustomResourceDefinition = {
  metadata: { name: "routes.test.sandbox.dev" },
  spec: {
    group: "test.sandbox.dev",
    scope: "Namespaced",
    names: { kind: "Route", plural: "routes" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: {
                type: "object",
                properties: { host: { type: "string" }, weights: { type: "array", items: { type: "integer" } } },
              },
            },
          },
        },
      },
    ],
  },
};

describe("the stand-in Kubernetes provider on a real API server", function () {
  this.timeout(300_000);
  let bed: TestBed;

  before(async function () {
    this.timeout(900_000);
    bed = await TestBed.start();
  });

  after(() => bed.close());

  it("previews without touching the cluster", async () => {
    bed.program = shop(DEFAULT);
    const run = await bed.preview();
    assert.deepEqual([run.errors, run.changed["web"]], ["", "create"]);
    assert.equal((await bed.get("/api/v1/namespaces/shop")).status, 404);
  });

  it("creates objects and waits until they are ready, custom resources of a new kind included", async () => {
    const run = await bed.up();
    assert.equal(run.errors, "");
    const { body } = await bed.get<{ status: { availableReplicas: number } }>(
      "/apis/apps/v1/namespaces/shop/deployments/web",
    );
    assert.equal(body.status.availableReplicas, 2);
    const service = await bed.get<{ status: { loadBalancer: { ingress: { hostname: string }[] } } }>(
      "/api/v1/namespaces/shop/services/web",
    );
    assert.match(
      service.body.status.loadBalancer.ingress[0]?.hostname ?? "",
      /^web-[0-9a-f]+\.elb\.us-east-1\.amazonaws\.com$/,
    );
    assert.equal((await bed.get("/apis/test.sandbox.dev/v1/namespaces/shop/routes/web")).status, 200);
  });

  it("changes nothing the second time, and nothing after a refresh", async () => {
    assert.deepEqual((await bed.up()).changed, {});
    assert.equal((await bed.refresh()).errors, "");
    assert.deepEqual((await bed.up()).changed, {});
  });

  it("updates exactly the object and the paths that changed", async () => {
    bed.program = shop({ ...DEFAULT, weight: 90 });
    const run = await bed.up();
    assert.deepEqual(run.changed, { route: "update" });
    assert.deepEqual(run.paths["route"], ["spec.weights[0]", "spec.weights[1]"]);
    const { body } = await bed.get<{ spec: { weights: number[] } }>(
      "/apis/test.sandbox.dev/v1/namespaces/shop/routes/web",
    );
    assert.deepEqual(body.spec.weights, [90, 10]);
  });

  it("refuses a key that the kind does not have, in the API server's words, and changes nothing", async () => {
    bed.program = shop({ ...DEFAULT, weight: 50, extra: { timeuot: "5s" } });
    const run = await bed.up();
    assert.match(
      run.errors,
      /cannot apply Route shop\/web: the API server says: .*\.spec\.timeuot: field not declared in schema/,
    );
    const { body } = await bed.get<{ spec: { weights: number[] } }>(
      "/apis/test.sandbox.dev/v1/namespaces/shop/routes/web",
    );
    assert.deepEqual(body.spec.weights, [90, 10]);
  });

  it("names the pod and the scheduler's reason when a Deployment cannot run, and mends it in the next run", async () => {
    bed.program = shop({ ...DEFAULT, cpu: "64", timeout: "5s" });
    const { errors } = await bed.up();
    assert.match(errors, /Deployment shop\/web did not become ready \(after \d+ s\)/);
    assert.match(errors, /pod web-\w+-\w+: Unschedulable: 0\/3 nodes are available: 3 Insufficient cpu/);
    bed.program = shop(DEFAULT);
    const run = await bed.up();
    assert.deepEqual([run.errors, run.changed["web"]], ["", "update"]);
  });

  it("shows in a refresh what somebody changed by hand, and puts it back", async () => {
    await scale(bed, 5);
    assert.deepEqual((await bed.refresh()).changed["web"], "refresh");
    const run = await bed.up();
    assert.deepEqual([run.changed, run.paths["web"]], [{ web: "update" }, ["spec.replicas"]]);
  });

  it("takes over an object that a killed run left behind", async () => {
    const left = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "left", namespace: "shop" },
      data: { a: "old" },
    };
    await kube(bed.plane, "POST", "/api/v1/namespaces/shop/configmaps", left);
    bed.program = (provider) => {
      shop(DEFAULT)(provider);
      new k8s.core.v1.ConfigMap(
        "left",
        { metadata: { name: "left", namespace: "shop" }, data: { a: "new" } },
        { provider },
      );
    };
    assert.deepEqual((await bed.up()).changed, { left: "create" });
    const { body } = await bed.get<{ data: object }>("/api/v1/namespaces/shop/configmaps/left");
    assert.deepEqual(body.data, { a: "new" });
  });

  it("replaces a named ConfigMap whose data changed", async () => {
    bed.program = (provider) => {
      shop(DEFAULT)(provider);
      new k8s.core.v1.ConfigMap(
        "left",
        { metadata: { name: "left", namespace: "shop" }, data: { a: "2" } },
        { provider },
      );
    };
    const run = await bed.up();
    assert.deepEqual([run.errors, run.paths["left"]], ["", ["data.a"]]);
    const { body } = await bed.get<{ data: object }>("/api/v1/namespaces/shop/configmaps/left");
    assert.deepEqual(body.data, { a: "2" });
  });

  it("removes everything, waits for it, and does not mind what is gone already", async () => {
    await kube(bed.plane, "DELETE", "/api/v1/namespaces/shop/configmaps/left");
    assert.equal((await bed.destroy()).errors, "");
    assert.equal((await bed.get("/api/v1/namespaces/shop")).status, 404);
    assert.equal(
      (await bed.get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/routes.test.sandbox.dev")).status,
      404,
    );
  });

  it("waits for an object of the same name that is still being deleted, and then makes a new one", async () => {
    bed.program = (provider) => {
      const metadata = { name: "again", namespace: "default" };
      new k8s.core.v1.ConfigMap("again", { metadata, data: { a: "new" } }, { provider });
    };
    const path = "/api/v1/namespaces/default/configmaps";
    const metadata = { name: "again", finalizers: ["sandbox.test/hold"] };
    await kube(bed.plane, "POST", path, { apiVersion: "v1", kind: "ConfigMap", metadata, data: { a: "old" } });
    await kube(bed.plane, "DELETE", `${path}/again`);
    const release = setTimeout(() => {
      const freed = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "again" }, data: {} };
      void kube(bed.plane, "PUT", `${path}/again`, freed);
    }, 3_000);
    const run = await bed.up();
    clearTimeout(release);
    assert.equal(run.errors, "");
    const { body } = await bed.get<{ data: object; metadata: object }>(`${path}/again`);
    assert.deepEqual([body.data, "deletionTimestamp" in body.metadata], [{ a: "new" }, false]);
    await bed.destroy();
  });

  it("touches no other API server than the sandbox's", async () => {
    bed.program = () => {
      const kubeconfig = JSON.stringify({
        "current-context": "prod",
        contexts: [{ name: "prod", context: { cluster: "prod", user: "me" } }],
        clusters: [{ name: "prod", cluster: { server: "https://127.0.0.1:9" } }],
        users: [{ name: "me", user: { token: "t" } }],
      });
      const provider = new k8s.Provider("prod", { kubeconfig });
      new k8s.core.v1.Namespace("oops", { metadata: { name: "oops" } }, { provider });
    };
    assert.match((await bed.up()).errors, /applies objects to its own API server only/);
    bed.program = () => undefined;
    await bed.destroy();
  });
});

async function scale(bed: TestBed, replicas: number): Promise<void> {
  const path = "/apis/apps/v1/namespaces/shop/deployments/web/scale";
  const { body } = await bed.get<{ metadata: object }>(path);
  await kube(bed.plane, "PUT", path, {
    apiVersion: "autoscaling/v1",
    kind: "Scale",
    metadata: body.metadata,
    spec: { replicas },
  });
}
