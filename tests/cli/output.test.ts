import assert from "node:assert/strict";
import { countsLine, diffLines, propertyLine } from "../../cli/output/diff.ts";
import { progressView } from "../../cli/output/progress.ts";
import { resultJson } from "../../cli/output/result-json.ts";
import { statusLines } from "../../cli/output/status.ts";
import { upSummary } from "../../cli/output/summary.ts";
import type { Change, StackStatus, UpResult } from "../../sandbox/driver/commands/index.ts";

const change: Change = {
  urn: "urn:pulumi:prod::ecommerce-mesh::kubernetes:networking.istio.io/v1:VirtualService::product",
  op: "update",
  properties: [{ path: "spec.http[0].route[0].weight", kind: "update", old: 80, new: 60, replaces: false }],
};
const counts = { create: 0, update: 1, replace: 0, delete: 0, same: 9 };

describe("the readable diff", () => {
  it("names the object and, below, each property with its old and new value", () => {
    assert.deepEqual(diffLines([change], {}), [
      " ~ update VirtualService product",
      "     spec.http[0].route[0].weight: 80 -> 60",
    ]);
    assert.equal(countsLine(counts, "future"), "1 to update, 9 unchanged");
    assert.equal(countsLine({ ...counts, update: 0, same: 0 }, "past"), "nothing to do");
  });

  it("never shows a secret, and says what is not known yet", () => {
    const property = { path: "data.password", kind: "update", replaces: true } as const;
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "x" };
    assert.equal(
      propertyLine({ ...property, old: "[secret]", new: secret }),
      "data.password: (secret) -> (secret) (forces replacement)",
    );
    assert.match(
      propertyLine({ ...property, old: "a", new: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" }),
      /-> \(known after up\)/,
    );
  });
});

describe("a value inside of an object that is added as a whole", () => {
  it("is not shown when it is secret, or not known yet", () => {
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", plaintext: "x" };
    const value = { password: secret, id: "04da6b54-80e4-46f7-96ec-b56ff0331ba9", port: 80 };
    assert.equal(
      propertyLine({ path: "data", kind: "add", new: value, replaces: false }),
      'data: added {"password":(secret),"id":(known after up),"port":80}',
    );
  });
});

describe("the summary of an up", () => {
  const result: UpResult = {
    counts,
    changed: [],
    problems: [],
    represented: [],
    substituted: [],
    replacedSecrets: [],
    resources: 10,
    cluster: { nodesByZone: {}, namespaces: [], faults: [], restarts: [], placeholderImages: [] },
    kubeconfig: "/tmp/kubeconfig",
    server: "https://127.0.0.1:6443",
    namespace: "shop",
    mode: "sidecar",
    hosts: ["shop.example.com", "api.example.com"],
    loadBalancerHostName: "k8s-abc.elb.eu-west-1.amazonaws.com",
    forwards: [],
    routes: [
      { url: "https://shop.example.com/products", service: "product" },
      { url: "https://api.example.com/v1", service: "api" },
    ],
    podRuntime: { kind: "kubelet" },
    kubernetesProvider: "4.34.2",
    cloud: ["AWS"],
    fakeCertificates: ["istio-ingress/shop-cert"],
  };
  const summary = (part: Partial<UpResult>) =>
    upSummary("dev", { ...result, ...part }, 1000, { isTTY: false }).join("\n");
  const forwards: UpResult["forwards"] = [
    {
      namespace: "istio-ingress",
      service: "istio-ingressgateway",
      port: 80,
      name: "http2",
      local: 40123,
      url: "http://127.0.0.1:40125/",
    },
  ];

  it("gives addresses that a browser opens, the first host at the loopback address and others below localhost", () => {
    const text = summary({ forwards });
    assert.match(text, /open +http:\/\/127\.0\.0\.1:40125\/products +product\n/);
    assert.match(text, /http:\/\/api\.example\.com\.localhost:40125\/v1 +api\n/);
    assert.match(text, /try +curl http:\/\/127\.0\.0\.1:40125\/products\n/);
    assert.match(text, /mesh -- request dev 'GET https:\/\/shop\.example\.com\/products' -n 100/);
    assert.doesNotMatch(text, /nothing listens there/);
  });

  it("says where requests would enter where nothing is forwarded", () => {
    assert.match(summary({}), /entry +shop\.example\.com, api\.example\.com -> k8s-abc\..* nothing listens there/);
  });

  it("says of real pods what is not Istio's own, and which containers only answer", () => {
    const placeholderImages = ["docker.io/grafana/grafana", "sandbox.invalid/kiali/kiali"];
    const cluster = { ...result.cluster, placeholderImages };
    const text = summary({ cluster });
    assert.match(text, /ran for real +the Pulumi engine and its Kubernetes provider 4\.34\.2/);
    assert.match(text, /a kubelet for each node/);
    assert.match(text, /a stock Envoy \d+\.\d+\.\d+ as each proxy/);
    assert.match(text, /no istio_requests_total/);
    assert.match(text, /NetworkPolicies are accepted, and hold nobody back/);
    assert.match(text, /autoscalers keep their minimum/);
    assert.match(text, /self-signed ones lie in istio-ingress\/shop-cert/);
    assert.match(text, /only answer 200: docker\.io\/grafana\/grafana\n/);
    assert.doesNotMatch(text, /ztunnel|kwok/);
    assert.match(summary({ mode: "ambient" }), /ztunnel, which cannot be had/);
  });

  it("says why no pod runs, and claims no proxy and no istiod then", () => {
    const text = summary({ podRuntime: { kind: "kwok", reason: "this kernel lets nobody make namespaces" } });
    assert.match(text, /no pod runs: this kernel lets nobody make namespaces; pods are placed and marked ready/);
    assert.doesNotMatch(text, /Envoy|kubelet for each node/);
  });

  const release = (name: string, version: string, reason: string) => ({ name, chart: name, version, reason });

  it("names the version of Istio that ran beside those that the stack names, and why", () => {
    const substituted = ["1.30.7", "1.31.2"].map((version) => release("istiod", version, "charts.example is away"));
    assert.match(
      summary({ substituted }),
      /Istio 1\.31-alpha \(module of 2026-04-23\) ran in place of 1\.30\.7 and 1\.31\.2's charts: charts\.example is away\n/,
    );
  });

  it("names every placeholder with its reason, and how long it stays", () => {
    const represented = [
      release("grafana", "12.11.1", "a is away"),
      release("kiali", "2.29.0", "b is away"),
      release("jaeger", "4.11.1", "a is away"),
    ];
    const text = summary({ represented });
    assert.match(text, /placeholders {5}3 Helm releases .* do none of their work/);
    assert.match(text, /grafana, jaeger: a is away\n +kiali: b is away\n/);
    assert.match(text, /until `down --purge`/);
  });

  it("says of the placeholder of Redis whether this machine's Redis runs in it", () => {
    const represented = [{ ...release("redis", "4.39.0", "a is away"), chart: "redis-ha" }];
    const cluster = { ...result.cluster, placeholderImages: ["sandbox.invalid/docker/library/redis"] };
    assert.match(summary({ represented }), /redis \(its Redis is real\): a is away/);
    assert.match(summary({ represented, cluster }), / redis: a is away/);
    assert.match(summary({ represented, podRuntime: { kind: "kwok", reason: "x" } }), / redis: a is away/);
  });

  it("says that every chart is its repository's where that is so", () => {
    assert.match(summary({}), /all are their repositories'/);
    assert.doesNotMatch(summary({}), /placeholders|purge/);
  });

  it("names containers that were restarted", () => {
    const restarts = [{ pod: "shop/cart-1", container: "cart", restarts: 2, last: "exit code 1 (Error)" }];
    const text = summary({ cluster: { ...result.cluster, restarts } });
    assert.match(text, /restarted +shop\/cart-1, container cart: 2 times; ended last with exit code 1 \(Error\)/);
  });
});

describe("the status of a stack", () => {
  const status: StackStatus = {
    stack: "dev",
    processes: { etcd: 1 },
    server: "https://127.0.0.1:6443",
    resources: [],
    unfinished: 0,
    represented: [],
    forwards: [],
  };
  const restart = { pod: "shop/cart-1", container: "cart", restarts: 1, waiting: "CrashLoopBackOff" };

  it("names the ports of this machine, and containers that do not run now", () => {
    const cluster = {
      nodesByZone: { a: 1 },
      namespaces: [],
      faults: [],
      restarts: Array.from({ length: 12 }, () => restart),
      placeholderImages: [],
    };
    const forward = { namespace: "istio-ingress", service: "gw", port: 80, name: "http2", local: 40123 };
    const lines = statusLines({
      ...status,
      podRuntime: { kind: "kubelet" },
      cluster,
      forwards: [{ ...forward, url: "http://127.0.0.1:40125/" }],
    });
    const text = lines.join("\n");
    assert.match(text, /open +http:\/\/127\.0\.0\.1:40125\//);
    assert.match(text, /forwards +127\.0\.0\.1:40123 -> istio-ingress\/gw:80/);
    assert.match(text, /shop\/cart-1, container cart: 1 time, does not run now \(CrashLoopBackOff\)/);
    assert.equal(lines.filter((line) => line.includes("CrashLoopBackOff")).length, 10);
    assert.match(text, /and 2 more/);
  });

  it("says why pods are only placed", () => {
    const text = statusLines({ ...status, podRuntime: { kind: "kwok", reason: "pods run on Linux alone" } }).join("\n");
    assert.match(text, /pods +none runs: pods run on Linux alone; pods are placed and marked ready/);
  });
});

describe("the JSON of a result", () => {
  it("has the published shape", () => {
    const releases = (...charts: string[]) =>
      charts.map((chart) => ({ name: chart, chart, version: "1.0.0", reason: "" }));
    const result = {
      counts,
      changed: [change],
      problems: [],
      represented: releases("kiali-server", "grafana"),
      substituted: releases("gateway", "base", "gateway"),
      replacedSecrets: [],
      resources: 10,
    };
    assert.deepEqual(resultJson("up", "prod", result, 12.6), {
      command: "up",
      stack: "prod",
      changes: counts,
      changed: [{ urn: change.urn, op: "update", paths: ["spec.http[0].route[0].weight"] }],
      represented: ["grafana", "kiali-server"],
      substituted: ["base", "gateway"],
      durationMs: 13,
    });
  });
});

describe("progress", () => {
  function recorder(isTTY: boolean) {
    let text = "";
    let time = 0;
    const view = progressView({ isTTY, columns: 60, write: (part) => (text += part) }, () => time);
    return { view, text: () => text, pass: (ms: number) => (time += ms) };
  }

  it("in a log is a line for each step; counted steps come now and then and at the end", () => {
    const { view, text, pass } = recorder(false);
    view.report({ phase: "toolchain", message: "building etcd" });
    view.report({ phase: "toolchain", message: "building etcd" });
    for (let done = 1; done <= 20; done++) {
      pass(400);
      view.report({ phase: "up", message: `Service s${done}`, done, total: 20 });
    }
    view.close();
    assert.equal(
      text(),
      [
        "toolchain: building etcd",
        "up: Service s1 (1 of 20 done)",
        "up: Service s14 (14 of 20 done)",
        "up: Service s20 (20 of 20 done)",
        "",
      ].join("\n"),
    );
  });

  it("in a log tells at once what a step of many minutes is about", () => {
    const { view, text } = recorder(false);
    view.report({ phase: "toolchain", message: "building kwok, about 1 min left", done: 0, total: 7 });
    assert.equal(text(), "toolchain: building kwok, about 1 min left (0 of 7 done)\n");
  });

  it("on a terminal is one line that redraws itself and leaves nothing", () => {
    const { view, text } = recorder(true);
    view.report({ phase: "up", message: "Service s", done: 1, total: 2 });
    view.close();
    assert.match(text(), /\[############------------\] 1\/2 Service s/);
    assert.equal(text().includes("\n"), false);
    assert.ok(text().endsWith("\r\u001b[K"));
  });
});
