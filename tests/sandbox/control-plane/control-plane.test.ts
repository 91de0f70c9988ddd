import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeObject, readControlPlane } from "../../../sandbox/control-plane/index.ts";
import { writeKubeconfig } from "../../../sandbox/control-plane/kubeconfig.ts";
import { readPidFile, writePidFile } from "../../../sandbox/control-plane/pid-file.ts";
import { ensurePki } from "../../../sandbox/control-plane/pki.ts";
import { choosePorts, readPorts } from "../../../sandbox/control-plane/ports.ts";

describe("files of a control plane", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "mesh-plane-"));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });

  it("know a process that runs", () => {
    const path = join(dir, "run", "x.json");
    writePidFile(path, process.pid);
    assert.equal(readPidFile(path)?.pid, process.pid);
  });

  it("do not take a later process with the same number for the old one", () => {
    const path = join(dir, "x.json");
    writePidFile(path, process.pid);
    const identity = JSON.parse(readFileSync(path, "utf8")) as { pid: number; started: string };
    writeFileSync(path, JSON.stringify({ ...identity, started: `${identity.started}0` }));
    assert.equal(readPidFile(path), undefined);
  });

  it("do not count a process that ended, a file that is cut off, or none", async () => {
    const path = join(dir, "x.json");
    const child = spawn("sleep", ["60"]);
    writePidFile(path, child.pid ?? 0);
    assert.equal(readPidFile(path)?.pid, child.pid);
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
    assert.equal(readPidFile(path), undefined);
    writeFileSync(path, '{"pid": 1');
    assert.equal(readPidFile(path), undefined);
    assert.equal(readPidFile(join(dir, "none.json")), undefined);
  });

  it("are those of no control plane in an empty directory", () => {
    assert.equal(readControlPlane(dir), undefined);
    assert.equal(readControlPlane(join(dir, "nowhere")), undefined);
  });

  it("keep the ports that are free and replace one that is taken", async () => {
    const first = await choosePorts({});
    assert.equal(new Set(Object.values(first)).size, 3);
    const thief = createServer();
    await new Promise<void>((resolve) => thief.listen(first.apiServer, "127.0.0.1", resolve));
    try {
      const second = await choosePorts(first);
      assert.notEqual(second.apiServer, first.apiServer);
      assert.deepEqual([second.etcdClient, second.etcdPeer], [first.etcdClient, first.etcdPeer]);
    } finally {
      thief.close();
    }
  });

  it("give no port from a file that makes no sense", () => {
    const path = join(dir, "ports.json");
    writeFileSync(path, '{"apiServer": "x", "etcdClient": 70000, "etcdPeer": 1234, "other": 1}');
    assert.deepEqual(readPorts(path), { etcdPeer: 1234 });
    writeFileSync(path, '{"apiServer":');
    assert.deepEqual(readPorts(path), {});
  });

  it("hold keys that only their owner reads and that stay the same, so that the kubeconfig does", async () => {
    const pki = await ensurePki(join(dir, "pki"));
    const path = join(dir, "kubeconfig");
    await writeKubeconfig(path, "https://127.0.0.1:1", pki, "admin");
    const text = readFileSync(path, "utf8");
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(statSync(pki.clientKey("admin")).mode & 0o777, 0o600);
    await writeKubeconfig(path, "https://127.0.0.1:1", await ensurePki(join(dir, "pki")), "admin");
    assert.equal(readFileSync(path, "utf8"), text);
  });
});

describe("the Node object of a spec", () => {
  const resources = { cpu: "2", memory: "8Gi", pods: "29" };

  it("carries labels, taints and resources, and is kwok's", () => {
    const taints = [{ key: "dedicated", value: "mesh", effect: "NoSchedule" }];
    const node = nodeObject({
      name: "n",
      labels: { "kubernetes.io/arch": "arm64" },
      taints,
      allocatable: { ...resources, cpu: "1930m" },
      capacity: resources,
    });
    const expected = {
      metadata: {
        name: "n",
        labels: { "kubernetes.io/os": "linux", "kubernetes.io/arch": "arm64", "kubernetes.io/hostname": "n" },
        annotations: { "kwok.x-k8s.io/node": "fake" },
      },
      spec: { taints },
    };
    assert.partialDeepStrictEqual(node, expected);
    assert.partialDeepStrictEqual(node, {
      status: { allocatable: { cpu: "1930m" }, capacity: resources, nodeInfo: { architecture: "arm64" } },
    });
  });
});
