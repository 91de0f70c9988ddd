import assert from "node:assert/strict";
import { buildReport } from "../../../sandbox/driver/cluster-report.ts";

const NAMESPACE = "shop";

function node(zone: string) {
  return { metadata: { name: `node-${zone}`, labels: { "topology.kubernetes.io/zone": zone } } };
}

function deployment(name: string, status: { available: boolean; ready: number; observed?: number }) {
  return {
    metadata: { name, namespace: NAMESPACE, generation: 2 },
    status: {
      observedGeneration: status.observed ?? 2,
      readyReplicas: status.ready,
      conditions: [{ type: "Available", status: status.available ? "True" : "False", message: "too few pods" }],
    },
  };
}

function autoscaler(target: string, minReplicas: number) {
  return { metadata: { name: target, namespace: NAMESPACE }, spec: { minReplicas, scaleTargetRef: { name: target } } };
}

function pod(name: string, nodeName?: string) {
  return {
    metadata: { name, namespace: NAMESPACE },
    spec: nodeName === undefined ? {} : { nodeName },
    status: {
      phase: "Running",
      conditions: [{ type: "PodScheduled", status: "False", message: "0/3 nodes are available" }],
    },
  };
}

describe("report of a cluster", () => {
  it("finds nothing wrong where everything runs, and counts nodes by zone", () => {
    const report = buildReport(
      [node("a"), node("b"), node("a")],
      [deployment("cart", { available: true, ready: 2 })],
      [pod("cart-1", "node-a"), pod("cart-2", "node-b")],
      [autoscaler("cart", 2)],
    );
    assert.deepEqual(report.faults, []);
    assert.deepEqual(report.nodesByZone, { a: 2, b: 1 });
    assert.deepEqual(
      report.namespaces.map(({ name, deploymentsAvailable, pods, podsScheduled }) => [
        name,
        deploymentsAvailable,
        pods,
        podsScheduled,
      ]),
      [[NAMESPACE, 1, 2, 2]],
    );
  });

  it("names a Deployment that is not Available, and one whose status is older than its spec", () => {
    const { faults } = buildReport(
      [],
      [
        deployment("cart", { available: false, ready: 0 }),
        deployment("user", { available: true, ready: 1, observed: 1 }),
      ],
      [],
      [],
    );
    assert.deepEqual(
      faults.map((fault) => fault.split(" ").slice(0, 2).join(" ")),
      ["Deployment shop/cart", "Deployment shop/user"],
    );
  });

  it("names a Deployment that its autoscaler has not brought to the minimum yet", () => {
    const { faults } = buildReport(
      [],
      [deployment("cart", { available: true, ready: 1 })],
      [],
      [autoscaler("cart", 3)],
    );
    assert.deepEqual(faults, ["HorizontalPodAutoscaler shop/cart wants 3 pods of its Deployment, 1 are ready"]);
  });

  it("names an autoscaler whose Deployment is not there", () => {
    assert.equal(buildReport([], [], [], [autoscaler("cart", 1)]).faults.length, 1);
  });

  it("names a pod without a node, in the scheduler's words", () => {
    assert.deepEqual(buildReport([], [], [pod("cart-1")], []).faults, [
      "Pod shop/cart-1 has no node: 0/3 nodes are available",
    ]);
  });
});

describe("report of a cluster's containers", () => {
  const container = (name: string, status: object) => ({
    name,
    image: `docker.io/shop/${name}:1.2@sha256:ab`,
    ...status,
  });
  const withStatuses = (containers: readonly object[], initContainers: readonly object[] = []) => {
    const { status, ...rest } = pod("cart-1", "node-a");
    return {
      ...rest,
      status: { ...status, containerStatuses: containers, initContainerStatuses: initContainers },
    };
  };

  it("names those that were restarted or wait to be, the waiting ones first, and how they ended", () => {
    const { restarts } = buildReport(
      [],
      [],
      [
        withStatuses(
          [
            container("cart", { restartCount: 0, state: { running: {} } }),
            container("often", {
              restartCount: 7,
              state: { running: {} },
              lastState: { terminated: { exitCode: 137, reason: "OOMKilled" } },
            }),
            container("with-its-node", { restartCount: 3, state: { running: {} }, lastState: {} }),
            container("new", { restartCount: 0, state: { waiting: { reason: "ContainerCreating" } } }),
          ],
          [
            container("istio-proxy", {
              restartCount: 2,
              state: { waiting: { reason: "CrashLoopBackOff" } },
              lastState: { terminated: { exitCode: 1 } },
            }),
          ],
        ),
      ],
      [],
    );
    const named = { pod: "shop/cart-1" };
    assert.deepEqual(restarts, [
      { ...named, container: "istio-proxy", restarts: 2, waiting: "CrashLoopBackOff", last: "exit code 1" },
      { ...named, container: "often", restarts: 7, last: "exit code 137 (OOMKilled)" },
    ]);
  });

  it("names those that have ended and wait for their turn, but for what has done its work or leaves with its pod", () => {
    const ended = (exitCode: number, reason: string) => ({
      restartCount: 0,
      state: { terminated: { exitCode, reason } },
    });
    const dying = {
      ...withStatuses(
        [container("cart", ended(3, "Error")), container("early", ended(0, "Completed"))],
        [container("migrate", ended(0, "Completed"))],
      ),
      spec: { restartPolicy: "Always", containers: [{ name: "cart" }, { name: "early" }] },
    };
    const leaving = { ...dying, metadata: { ...dying.metadata, deletionTimestamp: "2026-11-27T12:00:00Z" } };
    const ofJob = { ...dying, spec: { ...dying.spec, restartPolicy: "OnFailure" } };
    const named = { pod: "shop/cart-1", restarts: 0 };
    const cart = { ...named, container: "cart", waiting: "Error", last: "exit code 3 (Error)" };
    assert.deepEqual(buildReport([], [], [dying], []).restarts, [
      cart,
      { ...named, container: "early", waiting: "Completed", last: "exit code 0 (Completed)" },
    ]);
    assert.deepEqual(buildReport([], [], [ofJob], []).restarts, [cart]);
    assert.deepEqual(buildReport([], [], [leaving], []).restarts, []);
  });

  it("names the images in whose place something runs that only answers", () => {
    const { placeholderImages } = buildReport(
      [],
      [],
      [
        withStatuses([
          container("grafana", { imageID: "placeholder:docker.io/shop/grafana:1.2" }),
          container("cart", { imageID: "docker.io/shop/cart:1.2" }),
        ]),
        withStatuses([container("grafana", { imageID: "placeholder:docker.io/shop/grafana:1.2" })]),
      ],
      [],
    );
    assert.deepEqual(placeholderImages, ["docker.io/shop/grafana"]);
  });
});
