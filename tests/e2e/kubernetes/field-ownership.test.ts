import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import { parseAllDocuments } from "yaml";
import { OrderedObjects } from "../../../components/ordered-objects.ts";
import { trafficComponent } from "../../../mesh/application.ts";
import { loadStack } from "../../../mesh/load/load.ts";
import { KubernetesClient } from "../../../sandbox/cluster/client.ts";
import { readKubeconfig } from "../../../sandbox/cluster/kubeconfig.ts";
import { objectAt, type JsonObject } from "../../../mesh/kubernetes/fields.ts";
import { PROJECT_DIRECTORY } from "../../support/stacks.ts";
import { TestBed, type Run } from "./support.ts";

const VIRTUAL_SERVICES = "/apis/networking.istio.io/v1/namespaces/ecommerce/virtualservices";
const ROUTES = `${VIRTUAL_SERVICES}/product`;

/** Who owns a field is the API server's and the provider's business, and no apply takes it by force. */
describe("fields that somebody else has taken over", function () {
  this.timeout(300_000);
  let bed: TestBed;
  let client: KubernetesClient;

  before(async function () {
    this.timeout(900_000);
    bed = await TestBed.start();
    client = new KubernetesClient(await readKubeconfig(bed.plane.kubeconfig));
    const definitions = readFileSync(join(bed.toolchain.istioCharts, "base/files/crd-all.gen.yaml"), "utf8");
    for (const document of parseAllDocuments(definitions)) {
      await client.call("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", { body: document.toJSON() });
    }
  });

  after(async () => {
    client.close();
    await bed.close();
  });

  /** The application's routes, with a timeout for product, whose weights Flagger shifts. */
  async function up(timeout: string): Promise<Run> {
    const settings = {
      platform: { kind: "kubeconfig", nodes: { count: 6, cpu: "4", memory: "16Gi", zones: 3 } },
      security: { profile: "development" },
      traffic: { tls: { mode: "selfSigned" } },
      services: { product: { trafficManagedBy: "flagger", timeout } },
    };
    const stack = loadStack(PROJECT_DIRECTORY, "local", settings);
    bed.program = (provider) => {
      const namespaces = ["ecommerce", "istio-ingress", "istio-egress"].map(
        (name) => new k8s.core.v1.Namespace(name, { metadata: { name } }, { provider }),
      );
      new OrderedObjects(trafficComponent(stack), { provider, dependsOn: namespaces });
    };
    return bed.up();
  }

  const routes = async () => objectAt(await client.call("GET", ROUTES), "spec")["http"] as JsonObject[];

  it("by a rollout controller: the stack's next change of the same list ends in a conflict, and its weights stay", async () => {
    assert.equal((await up("4s")).errors, "");
    const shifted = (await routes()).map((route) => ({
      ...route,
      route: (route["route"] as JsonObject[]).map((to) => ("weight" in to ? { ...to, weight: 50 } : to)),
    }));
    await client.call("PATCH", ROUTES, {
      query: { fieldManager: "flagger" },
      contentType: "application/merge-patch+json",
      body: { spec: { http: shifted } },
    });

    const { errors } = await up("5s");
    assert.match(errors, /conflict/i);
    assert.match(errors, /"flagger"/);
    assert.match(errors, /\.spec\.http/);
    assert.deepEqual(await routes(), shifted);
  });

  it("by nobody: what the stack applies has one owner, the provider's own field manager", async () => {
    const { metadata } = await client.call("GET", `${VIRTUAL_SERVICES}/cart`);
    const owners = (metadata["managedFields"] as JsonObject[]).map(({ manager, operation }) => [manager, operation]);
    assert.equal(owners.length, 1);
    assert.match(String(owners[0]?.[0]), /^pulumi-kubernetes-/);
    assert.equal(owners[0]?.[1], "Apply");
  });
});
