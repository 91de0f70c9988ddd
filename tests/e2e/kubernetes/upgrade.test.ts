import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { merge } from "../../../mesh/load/merge.ts";
import { Mesh } from "../../../components/mesh/mesh.ts";
import { layOutCharts } from "../../../sandbox/charts/layout.ts";
import { OrderedObjects } from "../../../components/ordered-objects.ts";
import { trafficComponent, namespaceComponent, workloadsComponent } from "../../../mesh/application.ts";
import { loadStack } from "../../../mesh/load/load.ts";
import { PROJECT_DIRECTORY } from "../../support/stacks.ts";
import { TestBed, type Run } from "./support.ts";
import { eventually } from "../control-plane/support.ts";
import type { PlainObject } from "../../../mesh/stack/plain-object.ts";

interface Item {
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
}

const ONE = { min: 1, max: 1 };

/** The mesh and the application alone: no addons, one pod of each. */
const SMALL: PlainObject = {
  platform: { kind: "kubeconfig", nodes: { count: 3, cpu: "4", memory: "8Gi", zones: 3 } },
  mesh: {
    istiod: {
      replicas: ONE,
      resources: { requests: { cpu: "250m", memory: "512Mi" }, limits: { cpu: "1", memory: "1Gi" } },
    },
    ingressGateway: { replicas: ONE, serviceType: "NodePort" },
    egressGateway: { replicas: ONE },
    // One cluster of several, so that the API server sees these objects, too.
    network: "upgrade",
    multiCluster: {
      certificateAuthority: "existingSecret",
      eastWestGateway: { enabled: true, exposeIstiod: true, serviceType: "ClusterIP", replicas: ONE },
      remoteServices: {
        ledger: { host: "ledger.finance.svc.cluster.local", port: 8080, endpoints: [{ address: "192.168.7.7" }] },
      },
    },
  },
  services: Object.fromEntries(
    ["product", "cart", "order", "user", "payment"].map((name) => [name, { replicas: ONE }]),
  ),
  security: { profile: "development" },
  traffic: { tls: { mode: "selfSigned" } },
};

const [OLD, NEW] = [
  { name: "default", version: "1.30.7" },
  { name: "1-31-2", version: "1.31.2" },
];

/** What a user sees of an upgrade, and what the run before it had changed. */
interface State {
  readonly istiods: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly namespace: Readonly<Record<string, string>>;
  /** Revisions that injected the pods of the application. */
  readonly application: readonly string[];
  readonly gateways: Readonly<Record<string, string>>;
}

describe("the upgrade of Istio by revision", function () {
  this.timeout(300_000);
  let bed: TestBed;
  let charts: string;

  before(async function () {
    this.timeout(900_000);
    charts = mkdtempSync(join(tmpdir(), "mesh-upgrade-charts-"));
    bed = await TestBed.start();
    const versions = [OLD, NEW].flatMap(({ version }) =>
      ["base", "istiod", "cni", "gateway"].map((chart) => ({ chart, version })),
    );
    layOutCharts(charts, versions, bed.toolchain);
  });

  after(async () => {
    await bed.close();
    rmSync(charts, { recursive: true, force: true });
  });

  async function up(config: PlainObject): Promise<Run> {
    const stack = loadStack(
      PROJECT_DIRECTORY,
      "upgrade",
      merge(merge(SMALL, { mesh: { repository: charts } }), config) as PlainObject,
    );
    bed.program = (provider) => {
      const mesh = new Mesh("mesh", { stack, clusterName: "upgrade" }, { provider });
      const namespace = new OrderedObjects(namespaceComponent(stack), { provider, dependsOn: [mesh] });
      const workloads = new OrderedObjects(workloadsComponent(stack), { provider, dependsOn: [namespace] });
      new OrderedObjects(trafficComponent(stack), { provider, dependsOn: [workloads] });
    };
    const run = await bed.up();
    assert.equal(run.errors, "");
    return run;
  }

  const list = async (path: string) => (await bed.get<{ items: readonly Item[] }>(path)).body.items;
  const living = async (namespace: string) =>
    (await list(`/api/v1/namespaces/${namespace}/pods`)).filter(
      ({ metadata }) => metadata.deletionTimestamp === undefined,
    );

  /** A rollout counts as done when the new pods are ready: the old ones may still be there. */
  const afterRollout = (namespace: string) =>
    eventually(`the rollout in ${namespace} is over`, async () => {
      const pods = await living(namespace);
      return new Set(pods.map(({ metadata }) => metadata.annotations?.["istio.io/rev"])).size < 2 ? pods : undefined;
    });

  async function state(): Promise<State> {
    const istiods = await list("/apis/apps/v1/namespaces/istio-system/deployments");
    const webhooks = await list("/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations");
    const { body } = await bed.get<Item>("/api/v1/namespaces/ecommerce");
    const labels = Object.entries(body.metadata.labels ?? {}).filter(([key]) => /^istio/.test(key));
    const application = (await afterRollout("ecommerce")).map(
      ({ metadata }) => metadata.annotations?.["istio.io/rev"] ?? "none",
    );
    const gateways = await Promise.all(
      ["istio-ingress", "istio-egress", "istio-eastwest"].map(async (namespace) => {
        const [pod] = await afterRollout(namespace);
        const { labels: of = {}, annotations = {} } = pod?.metadata ?? {};
        return [namespace, `${of["istio.io/rev"] ?? "-"} ${annotations["istio.io/rev"] ?? "-"}`];
      }),
    );
    return {
      istiods: istiods.map(({ metadata }) => metadata.name).sort(),
      tags: Object.fromEntries(
        webhooks.flatMap(({ metadata: { labels = {} } }) =>
          labels["istio.io/tag"] === undefined ? [] : [[labels["istio.io/tag"], labels["istio.io/rev"]]],
        ),
      ) as State["tags"],
      namespace: Object.fromEntries(labels),
      application: [...new Set(application)],
      gateways: Object.fromEntries(gateways) as State["gateways"],
    };
  }

  it("starts from a stack that only says its version", async () => {
    await up({ mesh: { version: OLD.version } });
    assert.deepEqual(await state(), {
      istiods: ["istiod"],
      tags: {},
      namespace: { "istio-injection": "enabled" },
      application: ["default"],
      gateways: {
        "istio-ingress": "- default",
        "istio-egress": "- default",
        "istio-eastwest": "- default",
      },
    });
  });

  it("1. adds the new revision beside the old one, and touches no pod of the application", async () => {
    const { changed } = await up({ mesh: { revisions: [OLD, NEW], tags: { stable: "default" } } });
    assert.deepEqual(await state(), {
      istiods: ["istiod", "istiod-1-31-2"],
      tags: { stable: "default", canary: "default" },
      namespace: { "istio.io/rev": "stable" },
      application: ["default"],
      gateways: {
        "istio-ingress": "stable default",
        "istio-egress": "stable default",
        "istio-eastwest": "stable default",
      },
    });
    assert.deepEqual(
      Object.keys(changed).filter((name) => name.includes("-deployment-")),
      [],
    );
  });

  it("2. moves the canary tag, and nothing else: who follows stable notices nothing", async () => {
    const { changed } = await up({ mesh: { revisions: [OLD, NEW], tags: { stable: "default", canary: "1-31-2" } } });
    assert.deepEqual((await state()).tags, { stable: "default", canary: "1-31-2" });
    assert.deepEqual(changed, { "mesh-mutatingwebhookconfiguration-istio-revision-tag-canary": "update" });
  });

  it("3. restarts what chooses the canary tag under the new revision, and only that", async () => {
    await up({
      mesh: { revisions: [OLD, NEW], tags: { stable: "default", canary: "1-31-2" } },
      catalog: { name: "ecommerce", revisionTag: "canary" },
    });
    const { namespace, application, gateways } = await state();
    assert.deepEqual(
      { namespace, application, gateways },
      {
        namespace: { "istio.io/rev": "canary" },
        application: ["1-31-2"],
        gateways: {
          "istio-ingress": "stable default",
          "istio-egress": "stable default",
          "istio-eastwest": "stable default",
        },
      },
    );
  });

  it("4. moves the stable tag: the gateways follow, and the application goes back to it without a restart", async () => {
    const { changed } = await up({
      mesh: { revisions: [OLD, NEW], tags: { stable: "1-31-2", canary: "1-31-2" } },
    });
    assert.deepEqual(await state(), {
      istiods: ["istiod", "istiod-1-31-2"],
      tags: { stable: "1-31-2", canary: "1-31-2" },
      namespace: { "istio.io/rev": "stable" },
      application: ["1-31-2"],
      gateways: {
        "istio-ingress": "stable 1-31-2",
        "istio-egress": "stable 1-31-2",
        "istio-eastwest": "stable 1-31-2",
      },
    });
    assert.deepEqual(
      Object.keys(changed).filter((name) => name.includes("-deployment-")),
      [],
    );
  });

  it("5. removes the old revision, whose place as the default the new one takes; and then nothing changes", async () => {
    const last = { mesh: { revisions: [NEW] } };
    await up(last);
    assert.deepEqual(await state(), {
      istiods: ["istiod-1-31-2"],
      tags: { stable: "1-31-2", canary: "1-31-2", default: "1-31-2" },
      namespace: { "istio.io/rev": "stable" },
      application: ["1-31-2"],
      gateways: {
        "istio-ingress": "stable 1-31-2",
        "istio-egress": "stable 1-31-2",
        "istio-eastwest": "stable 1-31-2",
      },
    });
    assert.deepEqual((await up(last)).changed, {});
  });
});
