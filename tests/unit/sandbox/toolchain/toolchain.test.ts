import assert from "node:assert/strict";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ProgressEvent, SandboxError } from "../../../../sandbox/contracts.ts";
import { cacheKey, cacheRoot, toolchainIn } from "../../../../sandbox/toolchain/cache.ts";
import { compareVersions } from "../../../../sandbox/toolchain/go.ts";
import { ensureToolchain, withDirectoryLock } from "../../../../sandbox/toolchain/index.ts";
import { isSuitablePulumi } from "../../../../sandbox/toolchain/installed-pulumi.ts";
import { GO_MODULES_DIR } from "../../../../sandbox/toolchain/recipe.ts";

const LINUX = { env: {}, platform: "linux", arch: "x64", home: "/home/ana" };

/** A `go` that answers as told: no test of this folder compiles anything. */
const FAKE_GO = `#!/bin/sh
echo "$@" >> "$FAKE_GO_CALLS"
case "$1" in
  version) echo "go version go\${FAKE_GO_VERSION:-1.99.0} linux/amd64" ;;
  list) ;;
  mod) mkdir -p "$FAKE_GO_SOURCES/kubernetes" "$FAKE_GO_SOURCES/kustomize/stage/pod/fast"
    echo crd > "$FAKE_GO_SOURCES/kubernetes/customresourcedefinitions.gen.yaml"
    echo stage > "$FAKE_GO_SOURCES/kustomize/stage/pod/fast/pod-ready.yaml"
    echo "{\\"Dir\\": \\"$FAKE_GO_SOURCES\\"}" ;;
  build) if [ -n "$FAKE_GO_FAILS" ]; then echo "verifying module: checksum mismatch" >&2; exit 1; fi
    if [ -n "$FAKE_GO_SLEEPS" ]; then sleep 60; fi
    while [ "$1" != "-o" ]; do shift; done; echo program > "$2" ;;
esac
`;

describe("the toolchain's cache", () => {
  it("lies in the user's cache directory unless told otherwise", () => {
    assert.equal(cacheRoot(LINUX), "/home/ana/.cache/ecommerce-mesh");
    assert.equal(cacheRoot({ ...LINUX, platform: "darwin" }), "/home/ana/Library/Caches/ecommerce-mesh");
    assert.equal(cacheRoot({ ...LINUX, env: { XDG_CACHE_HOME: "/var/cache/ana" } }), "/var/cache/ana/ecommerce-mesh");
    assert.equal(cacheRoot({ ...LINUX, env: { MESH_CACHE_DIR: "/shared", XDG_CACHE_HOME: "/x" } }), "/shared");
  });

  it("has another key for another processor, and for another pinned module or checksum", () => {
    const copy = mkdtempSync(join(tmpdir(), "mesh-go-"));
    try {
      cpSync(GO_MODULES_DIR, copy, { recursive: true });
      const key = cacheKey(copy, LINUX);
      assert.equal(key, cacheKey(GO_MODULES_DIR, LINUX));
      assert.notEqual(key, cacheKey(copy, { ...LINUX, arch: "arm64" }));
      writeFileSync(join(copy, "pulumi", "go.sum"), "changed");
      assert.notEqual(key, cacheKey(copy, LINUX));
    } finally {
      rmSync(copy, { recursive: true });
    }
  });
});

describe("an installed pulumi", () => {
  it("is used at the minor versions that the project is tested with, and only there", () => {
    assert.deepEqual(["v3.260.0", "3.259.1", "v3.260.0-dev.0"].map(isSuitablePulumi), [true, true, true]);
    assert.deepEqual(["v3.100.0", "v4.260.0", "3.26.0", "unknown"].map(isSuitablePulumi), [false, false, false, false]);
  });
});

describe("Go versions", () => {
  it("are compared by number", () => {
    assert.ok(compareVersions("1.9", "1.26.0") < 0);
    assert.ok(compareVersions("1.26.8", "1.26.6") > 0);
    assert.equal(compareVersions("1.26", "1.26.0"), 0);
  });
});

describe("ensureToolchain", () => {
  let root: string;
  let env: Record<string, string>;
  let events: ProgressEvent[];

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "mesh-toolchain-"));
    mkdirSync(join(root, "bin"));
    writeFileSync(join(root, "bin", "go"), FAKE_GO);
    chmodSync(join(root, "bin", "go"), 0o755);
    events = [];
    env = {
      PATH: `${join(root, "bin")}:/usr/bin:/bin`,
      MESH_CACHE_DIR: join(root, "cache"),
      FAKE_GO_CALLS: join(root, "calls"),
      FAKE_GO_SOURCES: join(root, "sources"),
    };
  });

  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  const ensure = (signal?: AbortSignal): ReturnType<typeof ensureToolchain> =>
    ensureToolchain((event) => events.push(event), { env, signal });
  const failure = async (): Promise<SandboxError> =>
    ensure().then(
      () => assert.fail("succeeded"),
      (error: unknown) => error as SandboxError,
    );
  const cached = (): string =>
    join(root, "cache", "toolchain", cacheKey(GO_MODULES_DIR, { env, platform: process.platform, arch: process.arch }));

  it("builds every program once, tells how far it is, and builds nothing the second time", async () => {
    const toolchain = await ensure();
    assert.deepEqual(toolchain, toolchainIn(cached()));
    assert.deepEqual(
      Object.values(toolchain).filter((path) => !existsSync(path as string)),
      [],
    );
    assert.match(events[0]?.message ?? "", /^building kube-apiserver \(1 of 7, about \d+ min\)$/);
    assert.deepEqual([events[0]?.done, events[0]?.total, events.at(-1)?.done], [0, 7, 7]);

    rmSync(join(root, "calls"));
    assert.deepEqual(await ensure(), toolchain);
    assert.equal(existsSync(join(root, "calls")), false, "go was asked for nothing");
  });

  it("goes on after an interrupted build: finished programs stay, unfinished ones are removed", async () => {
    const { etcd } = await ensure();
    rmSync(etcd);
    writeFileSync(join(cached(), ".etcd.1.unfinished"), "half");
    events = [];
    await ensure();
    assert.deepEqual(
      events.map(({ message }) => message.split(",")[0]),
      ["building etcd (1 of 1", "every program is built"],
    );
    assert.deepEqual(
      readdirSync(cached()).filter((name) => name.endsWith(".unfinished")),
      [],
    );
  });

  it("says which Go is needed when there is none, and changes nothing", async () => {
    env["PATH"] = join(root, "empty");
    const error = await failure();
    assert.equal(error.code, "toolchain.go-missing");
    assert.match(error.message, /needs Go 1\.\d+\.\d+ or newer.*nothing was changed/);
    assert.ok(error.hint?.includes("Install Go"));
    assert.equal(existsSync(join(root, "cache")), false);
  });

  it("needs no Go when everything is in the cache", async () => {
    await ensure();
    env["PATH"] = join(root, "empty");
    await ensure();
  });

  it("says when Go is too old", async () => {
    env["FAKE_GO_VERSION"] = "1.20.3";
    const error = await failure();
    assert.equal(error.code, "toolchain.go-too-old");
    assert.match(error.message, /found Go 1\.20\.3; nothing was changed/);
  });

  it("shows the last lines of go when a build fails", async () => {
    env["FAKE_GO_FAILS"] = "1";
    const error = await failure();
    assert.equal(error.code, "toolchain.build-failed");
    assert.equal(error.message, "building kube-apiserver failed:\nverifying module: checksum mismatch");
  });

  it("ends go when it is given up", async () => {
    env["FAKE_GO_SLEEPS"] = "1";
    const controller = new AbortController();
    const work = ensure(controller.signal);
    setTimeout(() => controller.abort(new Error("given up")), 150);
    const started = Date.now();
    await assert.rejects(work, /given up/);
    assert.ok(Date.now() - started < 5000, "the sleeping build was not waited for");
  });

  it("uses the pulumi that MESH_PULUMI names, and refuses one that is none", async () => {
    const own = join(root, "own-pulumi");
    writeFileSync(own, "#!/bin/sh\necho v3.200.0\n");
    chmodSync(own, 0o755);
    env["MESH_PULUMI"] = own;
    assert.equal((await ensure()).pulumi, own);
    assert.equal(existsSync(join(cached(), "pulumi")), false, "none was built");
    env["MESH_PULUMI"] = join(root, "not-there");
    assert.equal((await failure()).code, "toolchain.pulumi-unusable");
  });

  it("takes a suitable pulumi from the PATH and passes over an old one", async () => {
    const own = join(root, "bin", "pulumi");
    writeFileSync(own, "#!/bin/sh\necho v3.100.0\n");
    chmodSync(own, 0o755);
    assert.equal((await ensure()).pulumi, join(cached(), "pulumi"));
    writeFileSync(own, "#!/bin/sh\necho v3.260.1\n");
    assert.equal((await ensure()).pulumi, own);
  });

  it("builds once when two start at the same time, and the second says that it waits", async () => {
    const both = await Promise.all([ensure(), ensure()]);
    assert.deepEqual(both[0], both[1]);
    assert.equal(events.filter(({ message }) => message.startsWith("building ")).length, 7);
    assert.equal(events.filter(({ message }) => message.startsWith("waiting for another process")).length, 1);
  });
});

describe("the lock of a directory", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "mesh-lock-"));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });

  it("lets one work at a time", async () => {
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      await sleep(20);
      inside--;
    };
    await Promise.all([withDirectoryLock(dir, work), withDirectoryLock(dir, work)]);
    assert.equal(most, 1);
  });

  it("is taken over from a process that died", async () => {
    // What such a process leaves: the lock, and nobody who refreshes its time.
    mkdirSync(join(dir, ".lock"));
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(join(dir, ".lock"), longAgo, longAgo);
    assert.equal(await withDirectoryLock(dir, () => Promise.resolve("done")), "done");
  });

  it("stops waiting when it is told to", async () => {
    mkdirSync(join(dir, ".lock"));
    const controller = new AbortController();
    const waiting = withDirectoryLock(dir, () => Promise.resolve(), {
      signal: controller.signal,
      onWait: () => controller.abort(),
    });
    await assert.rejects(waiting);
  });

  it("is free again after work that fails", async () => {
    await assert.rejects(
      withDirectoryLock(dir, () => Promise.reject(new Error("broken"))),
      /broken/,
    );
    await withDirectoryLock(dir, () => Promise.resolve());
  });
});
