import assert from "node:assert/strict";
import { assertAllowedServer, readKubeconfig } from "../../../../sandbox/providers/kubernetes/kubeconfig.ts";
import { projectOnto } from "../../../../sandbox/providers/kubernetes/projection.ts";
import { parseQuantity } from "../../../../sandbox/providers/kubernetes/quantity.ts";

describe("what refresh sees of a live object", () => {
  it("is what the program wrote, without what the API server added", () => {
    const live = {
      metadata: { name: "a", uid: "u" },
      spec: { replicas: 2, strategy: { type: "RollingUpdate" } },
      status: {},
    };
    assert.deepEqual(projectOnto(live, { metadata: { name: "a" }, spec: { replicas: 2 } }), {
      metadata: { name: "a" },
      spec: { replicas: 2 },
    });
  });

  it("shows a field that somebody changed or took away", () => {
    assert.deepEqual(projectOnto({ spec: { replicas: 5 } }, { spec: { replicas: 2, paused: true } }), {
      spec: { replicas: 5 },
    });
  });

  it("finds list elements by name, and does not take added ones for drift", () => {
    const live = {
      containers: [
        { name: "proxy", image: "p" },
        { name: "web", image: "w2" },
      ],
    };
    assert.deepEqual(projectOnto(live, { containers: [{ name: "web", image: "w1" }] }), {
      containers: [{ name: "web", image: "w2" }],
    });
  });

  it("keeps the program's words for an equal quantity, and shows another one", () => {
    const wanted = { cpu: "1000m", memory: "2048Mi" };
    assert.deepEqual(projectOnto({ cpu: "1", memory: "2Gi" }, wanted), wanted);
    assert.deepEqual(projectOnto({ cpu: "2", memory: "2Gi" }, wanted), { ...wanted, cpu: "2" });
  });

  it("keeps empty maps and write-only fields, which the server does not give back", () => {
    assert.deepEqual(projectOnto({}, { emptyDir: {}, stringData: { a: "b" } }), {
      emptyDir: {},
      stringData: { a: "b" },
    });
  });
});

describe("quantities", () => {
  for (const [text, value] of [
    ["500m", 0.5],
    ["2Gi", 2 ** 31],
    ["3", 3],
    ["1k", 1000],
  ] as const) {
    it(`${text} is ${value}`, () => assert.equal(parseQuantity(text), value));
  }
  it("other text is none", () => assert.equal(parseQuantity("25%"), undefined));
});

describe("the API server that may be touched", () => {
  const allowed = "https://127.0.0.1:6443";
  it("is the sandbox's own", () => assert.doesNotThrow(() => assertAllowedServer("https://127.0.0.1:6443/", allowed)));

  for (const server of ["https://127.0.0.1:6444", "https://cluster.example.com", "http://127.0.0.1:6443", "nonsense"]) {
    it(`is not ${server}`, () => {
      assert.throws(() => assertAllowedServer(server, allowed), { code: "kubernetes.foreign-server" });
    });
  }

  it("is none at all while no control plane runs", () => {
    assert.throws(() => assertAllowedServer(allowed, undefined), /own API server only/);
  });

  it("is read from a kubeconfig's chosen context", async () => {
    const config = JSON.stringify({
      "current-context": "b",
      contexts: [
        { name: "a", context: { cluster: "one", user: "u" } },
        { name: "b", context: { cluster: "two", user: "u" } },
      ],
      clusters: [
        { name: "one", cluster: { server: "https://one" } },
        { name: "two", cluster: { server: "https://two", "certificate-authority-data": btoa("CA") } },
      ],
      users: [{ name: "u", user: { token: "t" } }],
    });
    const access = await readKubeconfig(config);
    assert.deepEqual([access.server, access.ca, access.token], ["https://two", "CA", "t"]);
    assert.equal((await readKubeconfig(config, "a")).server, "https://one");
    await assert.rejects(readKubeconfig(config, "c"), { code: "kubernetes.kubeconfig" });
  });
});
