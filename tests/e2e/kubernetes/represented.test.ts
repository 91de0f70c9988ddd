import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import { sidecar } from "../../../config/schema/catalog/sidecar.ts";
import { applicationObjects, trafficObjects } from "../../../model/application.ts";
import { sidecarAnnotations } from "../../../model/workloads/sidecar-annotations.ts";
import { ACCEPTED, acceptedStack } from "../../support/accepted-stacks.ts";
import { stackData } from "../../support/stack-data.ts";
import { wideStack } from "../../support/wide-stack.ts";
import { kube } from "../control-plane/support.ts";
import { refusalsOf } from "./strict.ts";
import { TestBed } from "./support.ts";

interface Pod {
  readonly metadata: { readonly name: string; readonly annotations: Readonly<Record<string, string>> };
  readonly spec: {
    readonly nodeName: string;
    readonly initContainers?: readonly {
      readonly name: string;
      readonly image: string;
      readonly resources: unknown;
      readonly securityContext?: { readonly capabilities?: unknown };
    }[];
  };
}

interface List<Item> {
  readonly items: readonly Item[];
}

/** No name below .invalid can ever be resolved (RFC 2606): the repository is out of reach on every machine. */
const REPOSITORY = "https://charts.invalid/istio";

const SIDECAR = { requests: { cpu: "10m", memory: "128Mi" }, limits: { cpu: "500m", memory: "512Mi" } };

/** What one service asks for its own proxies. */
const LARGE = { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "2", memory: "1Gi" } };
const OTHER_BUILD = "registry.example.com/proxyv2:1.30.7-debug";

function mesh(gateway: object, timeout = 60): (provider: k8s.Provider) => void {
  return (provider) => {
    const namespace = (name: string, labels: Record<string, string> = {}) =>
      new k8s.core.v1.Namespace(name, { metadata: { name, labels } }, { provider });
    const release = (name: string, chart: string, values: object, dependsOn: k8s.helm.v3.Release[] = []) =>
      new k8s.helm.v3.Release(
        name,
        {
          name,
          chart,
          version: "1.30.7",
          namespace: system.metadata.name,
          repositoryOpts: { repo: REPOSITORY },
          atomic: true,
          timeout,
          values,
        },
        { provider, dependsOn },
      );
    const system = namespace("istio-system");
    const shop = namespace("shop", { "istio-injection": "enabled" });
    const base = release("istio-base", "base", {});
    const istiod = release("istiod", "istiod", { autoscaleMin: 3, global: { proxy: { resources: SIDECAR } } }, [base]);
    release("istio-ingressgateway", "gateway", gateway, [istiod]);
    const applications: readonly [string, Record<string, string>][] = [
      ["web", {}],
      ["bare", { "sidecar.istio.io/inject": "false" }],
      ["tuned", sidecarAnnotations(stackData(), sidecar.parse({ resources: LARGE, image: OTHER_BUILD }))],
    ];
    for (const [name, annotations] of applications) {
      const labels = { app: name };
      const template = { metadata: { labels, annotations }, spec: { containers: [{ name, image: "example/web:1" }] } };
      const metadata = { name, namespace: shop.metadata.name };
      new k8s.apps.v1.Deployment(
        name,
        { metadata, spec: { selector: { matchLabels: labels }, template } },
        { provider, dependsOn: [istiod] },
      );
    }
    const service = { apiVersion: "networking.istio.io/v1", kind: "VirtualService" };
    const spec = { hosts: ["web"], http: [{ route: [{ destination: { host: "web" } }] }] };
    new k8s.apiextensions.CustomResource(
      "route",
      { ...service, metadata: { name: "web", namespace: shop.metadata.name }, spec },
      { provider, dependsOn: [base] },
    );
  };
}

describe("releases whose chart repository is out of reach", function () {
  this.timeout(300_000);
  let bed: TestBed;

  before(async function () {
    this.timeout(900_000);
    bed = await TestBed.start();
  });

  after(() => bed.close());

  const pods = async (namespace: string) =>
    (await bed.get<List<Pod>>(`/api/v1/namespaces/${namespace}/pods`)).body.items;
  const gatewayPods = async () =>
    (await pods("istio-system")).filter(({ metadata }) => metadata.name.startsWith("istio-ingress"));

  it("are announced by a preview", async () => {
    bed.program = mesh({});
    assert.equal((await bed.preview()).errors, "");
    const charts = (await bed.served.represented()).map(({ chart }) => chart).sort();
    assert.deepEqual(charts, ["base", "gateway", "istiod"]);
  });

  it("are represented by pods on real nodes, and say so", async () => {
    assert.equal((await bed.up()).errors, "");
    const control = (await pods("istio-system")).filter(({ metadata }) => metadata.name.startsWith("istiod"));
    assert.equal(control.length, 3);
    assert.ok(control.every(({ spec }) => spec.nodeName.startsWith("node-")));
    assert.equal(control[0]?.metadata.annotations["sandbox.ecommerce-mesh.dev/represents"], "istiod-1.30.7");
    const represented = await bed.served.represented();
    assert.deepEqual(
      represented.map(({ name }) => name),
      ["istio-base", "istio-ingressgateway", "istiod"],
    );
    assert.match(represented[0]?.reason ?? "", /charts\.invalid is out of reach/);
  });

  it("bring the definitions that take every object of every catalog, field by field", async () => {
    for (const name of ACCEPTED) {
      const objects = applicationObjects(acceptedStack(name));
      assert.ok(objects.length > 20, name);
      assert.deepEqual(await refusalsOf(bed.plane, objects), [], name);
    }
  });

  it("bring the definitions that refuse a field that nobody knows, and a value that Istio does not", async () => {
    const [route] = trafficObjects(wideStack()).filter((object) => object.kind === "VirtualService");
    assert.ok(route !== undefined);
    const misspelt = { ...route, spec: { ...route.spec, gatway: ["mesh"] } };
    const wrong = { ...route, spec: { ...route.spec, http: [{ route: [], timeout: "soon" }] } };
    const [first, second, ...rest] = await refusalsOf(bed.plane, [misspelt, wrong]);
    assert.match(first ?? "", /unknown field "spec\.gatway"/);
    assert.match(second ?? "", /timeout/);
    assert.deepEqual(rest, []);
  });

  it("stand in for the injector: meshed pods get a sidecar that the scheduler counts, unless they refuse", async () => {
    const shop = await pods("shop");
    const sidecars = (name: string) =>
      shop.find(({ metadata }) => metadata.name.startsWith(name))?.spec.initContainers ?? [];
    assert.deepEqual(
      sidecars("web").map(({ name, resources }) => [name, resources]),
      [["istio-proxy", SIDECAR]],
    );
    // As the namespaces want it that enforce the restricted Pod Security Standard.
    assert.deepEqual(sidecars("web")[0]?.securityContext?.capabilities, { drop: ["ALL"] });
    assert.deepEqual(sidecars("bare"), []);
    assert.deepEqual(
      sidecars("tuned").map(({ image, resources }) => [image, resources]),
      [[OTHER_BUILD, LARGE]],
    );
    assert.ok((await gatewayPods()).every(({ spec }) => spec.initContainers === undefined));
  });

  it("change nothing the second time, and exactly what a changed value declares", async () => {
    assert.deepEqual((await bed.up()).changed, {});
    bed.program = mesh({ autoscaling: { minReplicas: 2 }, service: { type: "None" } });
    const run = await bed.up();
    assert.deepEqual([run.errors, run.changed], ["", { "istio-ingressgateway": "update" }]);
    assert.deepEqual(run.paths["istio-ingressgateway"], ["values.autoscaling", "values.service"]);
    assert.equal((await gatewayPods()).length, 2);
    assert.equal((await bed.get("/api/v1/namespaces/istio-system/services/istio-ingressgateway")).status, 404);
  });

  it("roll back when they do not become ready, naming the pod and the reason", async () => {
    bed.program = mesh(
      {
        autoscaling: { minReplicas: 2 },
        service: { type: "None" },
        resources: { requests: { cpu: "64" }, limits: { cpu: "64" } },
      },
      5,
    );
    const { errors } = await bed.up();
    assert.match(errors, /Deployment istio-system\/istio-ingressgateway did not become ready/);
    assert.match(errors, /Insufficient cpu/);
    assert.match(errors, /rolled back to revision 2/);
    const { body } = await bed.get<{ status: object }>(
      "/apis/apps/v1/namespaces/istio-system/deployments/istio-ingressgateway",
    );
    assert.match(JSON.stringify(body.status), /"availableReplicas":2/);
    bed.program = mesh({ autoscaling: { minReplicas: 2 }, service: { type: "None" } });
    assert.equal((await bed.up()).errors, "");
  });

  it("go when they are destroyed; Istio's definitions stay, as its chart keeps them", async () => {
    assert.equal((await bed.destroy()).errors, "");
    assert.deepEqual(await bed.served.represented(), []);
    const policies = await bed.get<List<unknown>>(
      "/apis/admissionregistration.k8s.io/v1beta1/mutatingadmissionpolicies",
    );
    assert.deepEqual(policies.body.items, []);
    const definition = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/virtualservices.networking.istio.io";
    assert.equal((await kube(bed.plane, "GET", definition)).status, 200);
  });

  it("are refused when nobody knows how to represent the chart", async () => {
    bed.program = (provider) => {
      const repositoryOpts = { repo: REPOSITORY };
      new k8s.helm.v3.Release(
        "blog",
        { name: "blog", chart: "wordpress", version: "1.0.0", repositoryOpts },
        { provider },
      );
    };
    assert.match(
      (await bed.up()).errors,
      /the chart wordpress cannot be fetched \(charts\.invalid.*no representation of it/,
    );
  });
});
