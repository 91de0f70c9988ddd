import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askIstioctl, istioctlArguments } from "../../cli/cluster/istioctl.ts";
import type { ErrorJson } from "../../cli/error.ts";
import { lastJson, TemporaryProject } from "../support/mesh-command.ts";
import { serveForwarding, type ForwardingServer } from "../support/port-forward-server.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

function pod(name: string, app: string, isReady = true, annotations: Readonly<Record<string, string>> = {}) {
  return {
    metadata: { name, namespace: "ecommerce", labels: { app, version: "v1" }, annotations },
    spec: {
      initContainers: [{ name: "istio-validation" }, { name: "istio-proxy", restartPolicy: "Always" }],
      containers: [{ name: app }],
    },
    status: { conditions: [{ type: "Ready", status: isReady ? "True" : "False" }] },
  };
}

function path(name: string, container: string, rest = ""): string {
  return `/api/v1/namespaces/ecommerce/pods/${name}/log?container=${container}&follow=false&previous=false${rest}`;
}

const ACCESS = '{"method":"GET","response_code":200,"path":"/cart"}';

describe("mesh logs", function () {
  this.timeout(60_000);
  let project: TemporaryProject;
  let server: ForwardingServer;
  before(async () => {
    project = new TemporaryProject();
    server = await serveForwarding({
      lists: { "/api/v1/pods": [pod("cart-b", "cart"), pod("cart-a", "cart", false), pod("order-a", "order", false)] },
      logs: {
        [path("cart-b", "cart")]: "one\ntwo\nnot ended",
        [path("cart-b", "cart", "&tailLines=1")]: "two\n",
        [path("cart-b", "istio-proxy")]: `2026-11-26 info Envoy proxy is ready\n${ACCESS}\n`,
      },
      ports: {},
    });
  });
  after(async () => {
    await server.close();
    await project.remove();
  });
  const logs = (...args: readonly string[]) => project.run(["logs", "dev", ...args, "--kubeconfig", server.kubeconfig]);

  it("prints the application's log of a ready pod of the service, and names the others", async () => {
    const { code, stdout, stderr } = await logs("cart");
    assert.equal(code, 0, stderr);
    assert.equal(stdout, "one\ntwo\nnot ended\n");
    assert.match(stderr, /ecommerce\/cart-b; also: cart-a/);
    assert.equal((await logs("ecommerce/cart-b", "--tail", "1")).stdout, "two\n");
  });

  it("prints of a proxy's log the access log alone", async () => {
    assert.equal((await logs("cart:v1", "--access")).stdout, `${ACCESS}\n`);
    const json = lastJson<object>((await logs("cart", "--access", "--json")).stdout);
    assert.deepEqual(json, { command: "logs", pod: "ecommerce/cart-b", container: "istio-proxy", lines: [ACCESS] });
  });

  it("says in the kubelet's words why there is no log, and what there is instead of what is not there", async () => {
    for (const [args, code, message] of [
      [["order"], 1, /waiting to start: CrashLoopBackOff/],
      [["cart", "-c", "redis"], 1, /ecommerce\/cart-b has no container redis/],
      [["carts"], 1, /no pod and no service is named carts/],
      [["cart", "--tail", "x"], 2, /expected a number of lines/],
      [["cart", "--follow"], 2, /--follow has none/],
    ] as const) {
      const outcome = await logs(...args, "--json");
      assert.equal(outcome.code, code);
      assert.match(lastJson<ErrorJson>(outcome.stdout).error.message, message);
    }
  });
});

describe("istioctl", () => {
  const dir = mkdtempSync(join(tmpdir(), "mesh-istioctl-"));
  const program = join(dir, "istioctl");
  const signal = new AbortController().signal;
  after(() => rmSync(dir, { recursive: true }));

  it("is asked about one proxy, or about all of them", () => {
    const cart = { namespace: "ecommerce", name: "cart-1" };
    assert.deepEqual(istioctlArguments("clusters", cart, "/k", false), [
      ...["proxy-config", "clusters", "cart-1.ecommerce"],
      ...["--kubeconfig", "/k"],
    ]);
    assert.deepEqual(istioctlArguments("status", undefined, "/k", true), [
      ...["proxy-status", "--kubeconfig", "/k"],
      ...["--output", "json"],
    ]);
  });

  it("fails in its own words", async () => {
    writeFileSync(
      program,
      '#!/bin/sh\n[ "$1" = fail ] && { echo "Error: pod has no proxy" >&2; exit 1; }\necho "$@"\n',
    );
    chmodSync(program, 0o700);
    const args = ["proxy-status", "--kubeconfig", "/k"];
    assert.equal(await askIstioctl(program, args, process.env, signal), "proxy-status --kubeconfig /k\n");
    await assert.rejects(
      askIstioctl(program, ["fail", "--kubeconfig", "/k"], process.env, signal),
      (error: unknown) => error instanceof CommandError && error.message === "istioctl fail: pod has no proxy",
    );
  });
});
