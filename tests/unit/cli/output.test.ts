import assert from "node:assert/strict";
import { countsLine, diffLines, propertyLine } from "../../../cli/output/diff.ts";
import { progressView } from "../../../cli/output/progress.ts";
import { resultJson } from "../../../cli/output/result-json.ts";
import { upSummary } from "../../../cli/output/summary.ts";
import type { Change, UpResult } from "../../../sandbox/driver/index.ts";

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
    represented: [{ name: "istiod", chart: "istiod", reason: "its repository does not answer" }],
    replacedSecrets: [],
    resources: 10,
    cluster: { nodesByZone: {}, namespaces: [], faults: [] },
    kubeconfig: "/tmp/kubeconfig",
    server: "https://127.0.0.1:6443",
    namespace: "shop",
    mode: "sidecar",
    hosts: [],
    loadBalancerHostName: undefined,
    kubernetesProvider: "",
    cloud: [],
    unissued: [],
  };
  const summary = (mode: UpResult["mode"]) => upSummary("dev", { ...result, mode }, 1000, { isTTY: false }).join("\n");

  it("says what stands for istiod: its injector with sidecars, and nothing for the pods of a waypoint", () => {
    assert.match(summary("sidecar"), /sidecar injector/);
    assert.doesNotMatch(summary("sidecar"), /waypoint/);
    assert.match(summary("ambient"), /nothing for the waypoint's pods, which istiod would start/);
    assert.doesNotMatch(summary("ambient"), /injector/);
  });
});

describe("the JSON of a result", () => {
  it("has the published shape", () => {
    const represented = ["gateway", "base", "gateway"].map((chart) => ({ name: chart, chart, reason: "" }));
    const result = { counts, changed: [change], problems: [], represented, replacedSecrets: [], resources: 10 };
    assert.deepEqual(resultJson("up", "prod", result, 12.6), {
      command: "up",
      stack: "prod",
      changes: counts,
      changed: [{ urn: change.urn, op: "update", paths: ["spec.http[0].route[0].weight"] }],
      represented: ["base", "gateway"],
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
    view.report({ phase: "toolchain", message: "building kwok (1 of 7, about 1 min)", done: 0, total: 7 });
    assert.equal(text(), "toolchain: building kwok (1 of 7, about 1 min) (0 of 7 done)\n");
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
