import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { basename } from "node:path";
import type { ControlPlane, Toolchain } from "../../../sandbox/contracts.ts";
import { addNodes, startControlPlane } from "../../../sandbox/control-plane/index.ts";
import { processesNamed } from "../../support/machine.ts";
import { eventually, kube, kubeText, nodeSpec, temporaryPlane, toolchainForTests } from "./support.ts";

interface ContainerStatus {
  readonly ready: boolean;
  readonly restartCount: number;
  readonly lastState: { readonly terminated?: { readonly exitCode: number } };
}

interface Pod {
  readonly metadata: { readonly deletionTimestamp?: string };
  readonly status: {
    readonly phase: string;
    readonly podIP?: string;
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

const PODS = "/api/v1/namespaces/default/pods";
const APP = "nicholasjackson/fake-service:v0.26.2";

describe("pods that run", function () {
  this.timeout(180_000);
  const place = temporaryPlane();
  let toolchain: Toolchain;
  let plane: ControlPlane;

  before(async function () {
    this.timeout(1_500_000);
    toolchain = await toolchainForTests();
    plane = await startControlPlane({ toolchain, dir: place.dir, progress: () => undefined });
    if (plane.podRuntime.kind === "kwok") {
      console.log(`      no pod runs on this machine: ${plane.podRuntime.reason}`);
      this.skip();
    }
    await addNodes(plane, [nodeSpec("first")]);
  });

  after(() => place.remove());

  async function makePod(name: string, container: object, spec: object = {}): Promise<void> {
    const env = [
      { name: "LISTEN_ADDR", value: "0.0.0.0:8080" },
      { name: "NAME", value: name },
    ];
    const app = { name: "app", image: APP, env, ports: [{ containerPort: 8080 }], ...container };
    const made = await kube(plane, "POST", PODS, { metadata: { name }, spec: { containers: [app], ...spec } });
    assert.equal(made.status, 201, JSON.stringify(made.body));
  }

  async function pod(name: string): Promise<Pod | undefined> {
    const { status, body } = await kube<Pod>(plane, "GET", `${PODS}/${name}`);
    return status === 200 ? body : undefined;
  }

  async function appOf(name: string): Promise<ContainerStatus | undefined> {
    return (await pod(name))?.status.containerStatuses?.[0];
  }

  it("are Ready when their own probes say so, and not before", async () => {
    const readinessProbe = { httpGet: { path: "/ready", port: 8080 }, periodSeconds: 1 };
    await makePod("slow", {
      readinessProbe,
      env: [
        { name: "LISTEN_ADDR", value: "0.0.0.0:8080" },
        { name: "READY_CHECK_RESPONSE_DELAY", value: "1h" },
      ],
    });
    await makePod("ready", { readinessProbe });
    await eventually("the pod is Ready", async () => ((await appOf("ready"))?.ready === true ? true : undefined));
    assert.equal((await pod("slow"))?.status.phase, "Running");
    assert.equal((await appOf("slow"))?.ready, false);
  });

  it("are probed at once, where a young kubelet would wait for a part of the period", async () => {
    const httpGet = { path: "/ready", port: 8080 };
    await makePod("patient", {
      startupProbe: { httpGet, periodSeconds: 1, failureThreshold: 60 },
      readinessProbe: { httpGet, periodSeconds: 3600 },
    });
    await eventually("the pod is Ready", async () => ((await appOf("patient"))?.ready === true ? true : undefined));
  });

  it("are restarted with back-off when their program dies, and say its exit code", async () => {
    await makePod("dying", { command: ["sh", "-c", "exit 3"] });
    const began = Date.now();
    const dying = await eventually("the program was started a third time", async () => {
      const app = await appOf("dying");
      return (app?.restartCount ?? 0) >= 2 ? app : undefined;
    });
    assert.equal(dying.lastState.terminated?.exitCode, 3);
    // A kubelet starts it again at once, and after 10 s the next time.
    assert.ok(Date.now() - began >= 10_000, `${Date.now() - began} ms`);
  });

  it("get the time of their preStop hook and their grace before they are gone", async () => {
    const lifecycle = { preStop: { sleep: { seconds: 4 } } };
    await makePod("leaving", { lifecycle });
    await eventually("it runs", async () => ((await pod("leaving"))?.status.phase === "Running" ? true : undefined));
    const began = Date.now();
    await kube(plane, "DELETE", `${PODS}/leaving`);
    assert.notEqual((await pod("leaving"))?.metadata.deletionTimestamp, undefined);
    await eventually("it is gone", async () => ((await pod("leaving")) === undefined ? true : undefined));
    assert.ok(Date.now() - began >= 4000, `gone after ${Date.now() - began} ms`);
  });

  it("write logs that the API server hands out", async () => {
    const { status, text } = await kubeText(plane, "GET", `${PODS}/ready/log`);
    assert.equal(status, 200);
    assert.match(text, /Started service/);
  });

  it("have addresses that the machine's own network does not know", async () => {
    const ip = (await pod("ready"))?.status.podIP ?? "";
    assert.match(ip, /^100\.64\./);
    const own = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
    assert.deepEqual(
      own.filter((address) => /^(100\.(64|127)|172\.20)\./.test(address)),
      [],
    );
  });

  it("mount a hostPath of their node, and leave the machine's folders alone", async () => {
    const path = "/opt/ecommerce-mesh-test-of-host-paths";
    await makePod(
      "mounting",
      {
        volumeMounts: [{ name: "host", mountPath: "/host" }],
        command: ["sh", "-c", "echo seen > /host/file; sleep 1000"],
      },
      { volumes: [{ name: "host", hostPath: { path, type: "DirectoryOrCreate" } }] },
    );
    await eventually("it runs", async () => ((await appOf("mounting"))?.ready === true ? true : undefined));
    assert.equal(existsSync(path), false);
  });

  it("end with mesh-node, also when it is killed, and come back with it", async () => {
    const programs = (): number => processesNamed(basename(toolchain.fakeService)).length;
    assert.ok(programs() > 0);
    const before = programs();
    process.kill(plane.processes["mesh-node"] ?? 0, "SIGKILL");
    await eventually("its programs are gone", () => Promise.resolve(programs() < before ? true : undefined), 10);
    plane = await startControlPlane({ toolchain, dir: place.dir, progress: () => undefined });
    await eventually("the pod is Ready again", async () => {
      const app = await appOf("ready");
      return app?.ready === true && app.restartCount > 0 ? true : undefined;
    });
  });
});
