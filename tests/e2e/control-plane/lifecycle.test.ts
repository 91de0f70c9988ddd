import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { createServer } from "node:net";
import type { ControlPlane, Toolchain } from "../../../sandbox/contracts.ts";
import {
  addNodes,
  readControlPlane,
  startControlPlane,
  stopControlPlane,
  watchControlPlane,
} from "../../../sandbox/control-plane/index.ts";
import { identifyProcess } from "../../../sandbox/processes/process-identity.ts";
import {
  deployment,
  eventually,
  kube,
  listeningAddresses,
  nodeSpec,
  temporaryPlane,
  toolchainForTests,
} from "./support.ts";
import type { CommandError } from "../../../mesh/stack/errors.ts";

const quiet = (): void => undefined;

function assertGone(plane: ControlPlane): void {
  for (const [program, pid] of Object.entries(plane.processes)) {
    assert.equal(identifyProcess(pid), undefined, `${program} still runs`);
  }
}

describe("the life of a control plane", function () {
  this.timeout(300_000);
  const place = temporaryPlane();
  let toolchain: Toolchain;
  let plane: ControlPlane;

  before(async function () {
    this.timeout(900_000);
    toolchain = await toolchainForTests();
    plane = await startControlPlane({ toolchain, dir: place.dir, progress: quiet });
  });

  after(() => place.remove());

  it("serves the Kubernetes version of the EKS stacks", async () => {
    const { body } = await kube(plane, "GET", "/version");
    assert.match(String(body["gitVersion"]), /^v1\.35\./);
  });

  it("listens on loopback only and keeps its keys to its user", function () {
    if (process.platform !== "linux") {
      this.skip();
    }
    const addresses = listeningAddresses(Object.values(plane.processes));
    assert.ok(addresses.length >= 3, `expected etcd and the API server to listen, found ${addresses.join(" ")}`);
    assert.deepEqual(
      addresses.filter((address) => !address.startsWith("127.0.0.1:")),
      [],
    );
    assert.equal(statSync(plane.kubeconfig).mode & 0o077, 0);
  });

  it("answers nobody without a certificate", async () => {
    const response = await fetchWithoutCertificate(plane);
    assert.equal(response, 401);
  });

  it("returns the running control plane when it is started again", async () => {
    assert.deepEqual(await startControlPlane({ toolchain, dir: place.dir, progress: quiet }), plane);
  });

  it("keeps objects, port and kubeconfig over a stop and a start, and a stop leaves no process", async () => {
    await addNodes(plane, [nodeSpec("kept")]);
    await kube(plane, "POST", "/apis/apps/v1/namespaces/default/deployments", deployment("kept", 1));
    const kubeconfig = readFileSync(plane.kubeconfig, "utf8");
    await stopControlPlane(place.dir);
    assertGone(plane);
    assert.equal(readControlPlane(place.dir), undefined);

    plane = await startControlPlane({ toolchain, dir: place.dir, progress: quiet });
    assert.equal(readFileSync(plane.kubeconfig, "utf8"), kubeconfig);
    assert.equal((await kube(plane, "GET", "/apis/apps/v1/namespaces/default/deployments/kept")).status, 200);
    assert.equal((await kube(plane, "GET", "/api/v1/nodes/kept")).status, 200);
  });

  it("tells that the API server died, and mends itself on the next start", async () => {
    const died = new Promise<CommandError>((resolve) => watchControlPlane(plane, resolve));
    process.kill(plane.processes["kube-apiserver"] ?? 0, "SIGKILL");
    const error = await died;
    assert.equal(error.code, "control-plane.died");
    assert.match(error.message, /^kube-apiserver of the local control plane ended unexpectedly/);
    assert.equal(readControlPlane(place.dir), undefined);

    const old = plane;
    plane = await startControlPlane({ toolchain, dir: place.dir, progress: quiet });
    assertGone(old);
    assert.equal((await kube(plane, "GET", "/api/v1/nodes/kept")).status, 200);
  });

  it("takes other ports when somebody else has those of the last run", async () => {
    const port = Number(new URL(plane.server).port);
    await stopControlPlane(place.dir);
    const thief = createServer();
    await new Promise<void>((resolve) => thief.listen(port, "127.0.0.1", resolve));
    try {
      plane = await startControlPlane({ toolchain, dir: place.dir, progress: quiet });
      assert.notEqual(Number(new URL(plane.server).port), port);
      assert.equal((await kube(plane, "GET", "/api/v1/nodes/kept")).status, 200);
    } finally {
      thief.close();
    }
  });
});

describe("a start that does not succeed", function () {
  this.timeout(300_000);
  const place = temporaryPlane();
  after(() => place.remove());

  it("stops everything again when it is given up", async () => {
    const toolchain = await toolchainForTests();
    const controller = new AbortController();
    const starting = startControlPlane({ toolchain, dir: place.dir, progress: quiet, signal: controller.signal });
    const pid = await eventually("etcd runs", () => Promise.resolve(pidOf(place.dir, "etcd")));
    controller.abort(new Error("given up"));
    await assert.rejects(starting, /given up/);
    assert.equal(identifyProcess(pid), undefined);
  });

  it("names the program that failed and its last words, and leaves no other program running", async () => {
    const toolchain = { ...(await toolchainForTests()), kubeApiserver: "/bin/false" };
    const error = await startControlPlane({ toolchain, dir: place.dir, progress: quiet }).then(
      () => assert.fail("started"),
      (reason: unknown) => reason as CommandError,
    );
    assert.equal(error.code, "control-plane.died");
    assert.match(error.message, /^kube-apiserver/);
    assert.equal(pidOf(place.dir, "etcd"), undefined);
  });
});

function pidOf(dir: string, program: string): number | undefined {
  try {
    const { pid } = JSON.parse(readFileSync(`${dir}/run/${program}.json`, "utf8")) as { pid: number };
    return pid;
  } catch {
    return undefined;
  }
}

async function fetchWithoutCertificate(plane: ControlPlane): Promise<number> {
  const { request } = await import("node:https");
  return new Promise((resolve, reject) => {
    // The authority is beside the point here: whether the server lets strangers in is.
    const call = request(
      new URL("/api/v1/secrets", plane.server),
      { rejectUnauthorized: false, agent: false },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    call.once("error", reject);
    call.end();
  });
}
