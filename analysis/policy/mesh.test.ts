import assert from "node:assert/strict";
import { PAST_SIDECAR_REASON, PLAIN_TEXT_REASON } from "../../mesh/kubernetes/labels.ts";
import type { PolicyResource, StackRule } from "./rules/rule.ts";
import { closedNamespaces, noWorkloadOutsideTheMesh, strictMutualTls } from "./rules/mesh.ts";
import { UNKNOWN } from "./rules/values.ts";
import { deployment, resource } from "../../tests/support/policy-cases.ts";

const said = (rule: StackRule, ...resources: PolicyResource[]) => rule.judge(resources).map(({ message }) => message);

function namespace(labels: unknown, name = "shop") {
  return resource("kubernetes:core/v1:Namespace", { metadata: { name, labels } });
}
const injected = namespace({ "istio-injection": "enabled" });

describe("rule no-workload-outside-the-mesh", () => {
  const judge = (...resources: PolicyResource[]) => said(noWorkloadOutsideTheMesh, ...resources);

  it("passes pods of a namespace with sidecars, by label, revision or ambient mode", () => {
    for (const labels of [
      { "istio-injection": "enabled" },
      { "istio.io/rev": "stable" },
      { "istio.io/dataplane-mode": "ambient" },
    ]) {
      assert.deepEqual(judge(namespace(labels), deployment()), []);
    }
  });

  it("passes the platform's own namespaces, and a pod that asks for a sidecar itself", () => {
    assert.deepEqual(judge(deployment({ namespace: "istio-system" })), []);
    assert.deepEqual(judge(deployment({ labels: { "sidecar.istio.io/inject": "true" } })), []);
  });

  it("refuses pods of a namespace without sidecars, or of an unknown one", () => {
    assert.deepEqual(judge(namespace({}), deployment()), ["namespace shop has no label that injects sidecars"]);
    assert.deepEqual(judge(namespace({ "istio-injection": "disabled" }), deployment()), [
      "namespace shop has no label that injects sidecars",
    ]);
    assert.deepEqual(judge(deployment()), [
      "namespace shop is not this stack's, and the pod does not ask for a sidecar itself",
    ]);
  });

  it("refuses a pod that opts out, by label or annotation, or lies on the node's network", () => {
    const off = { "sidecar.istio.io/inject": "false" };
    assert.deepEqual(judge(injected, deployment({ labels: off })), ['sidecar.istio.io/inject is "false"']);
    assert.deepEqual(judge(injected, deployment({ annotations: off })), ['sidecar.istio.io/inject is "false"']);
    assert.deepEqual(judge(injected, deployment({ spec: { hostNetwork: true } })), [
      "a pod on the node's network gets no sidecar",
    ]);
  });

  it("refuses what leads traffic past the sidecar", () => {
    const key = "traffic.sidecar.istio.io/excludeInboundPorts";
    assert.deepEqual(judge(injected, deployment({ annotations: { [key]: "8080" } })), [
      `${key} leads traffic past the sidecar`,
    ]);
  });

  it("passes outbound ports past the sidecar where the configuration says why, and nothing else for that reason", () => {
    const because = { [PAST_SIDECAR_REASON]: "The database speaks its own protocol" };
    const past = (key: string, reason: object) =>
      judge(injected, deployment({ annotations: { [`traffic.sidecar.istio.io/${key}`]: "3306", ...reason } })).length;
    assert.equal(past("excludeOutboundPorts", because), 0);
    assert.equal(past("excludeOutboundPorts", {}), 1);
    assert.equal(past("excludeOutboundPorts", { [PAST_SIDECAR_REASON]: "" }), 1);
    assert.equal(past("excludeOutboundIPRanges", because), 1);
    assert.equal(past("excludeInboundPorts", because), 1);
  });

  it("waits for labels and namespaces that are not known", () => {
    assert.deepEqual(judge(namespace(UNKNOWN), deployment()), []);
    assert.deepEqual(judge(namespace({ "istio.io/rev": UNKNOWN }), deployment()), []);
    assert.deepEqual(judge(deployment({ namespace: UNKNOWN })), []);
  });
});

describe("rule strict-mutual-tls", () => {
  const judge = (...resources: PolicyResource[]) => said(strictMutualTls, ...resources);
  const istiod = resource("kubernetes:helm.sh/v3:Release", { chart: "istiod" });
  const peers = (spec: unknown, metadata: object = {}) =>
    resource("kubernetes:security.istio.io/v1:PeerAuthentication", {
      metadata: { name: "default", namespace: "istio-system", ...metadata },
      spec,
    });
  const missing = "no PeerAuthentication in istio-system holds for the whole mesh: Istio's default is PERMISSIVE";
  const plain = (mode: string) => `${mode} takes plain text, and no exception says why`;

  it("passes STRICT for the whole mesh, and a stack without Istio", () => {
    assert.deepEqual(judge(istiod, peers({ mtls: { mode: "STRICT" } })), []);
    assert.deepEqual(judge(deployment()), []);
  });

  it("refuses a mesh in which nothing demands it", () => {
    const selected = peers({ selector: { matchLabels: { app: "shop" } }, mtls: { mode: "STRICT" } });
    const elsewhere = peers({ mtls: { mode: "STRICT" } }, { namespace: "shop" });
    for (const policies of [[], [peers({})], [peers({ mtls: { mode: "UNSET" } })], [selected], [elsewhere]]) {
      assert.deepEqual(judge(istiod, ...policies), [missing]);
    }
  });

  it("finds istiod also where its chart is a directory or comes from an OCI registry", () => {
    const local = resource("kubernetes:helm.sh/v3:Release", { chart: "oci://example.com/charts/istiod" });
    assert.deepEqual(judge(local), [missing]);
  });

  it("refuses plain text, of workloads and of ports, without a reason", () => {
    for (const mode of ["PERMISSIVE", "DISABLE"]) {
      assert.deepEqual(judge(istiod, peers({ mtls: { mode } })), [plain(mode)]);
    }
    assert.deepEqual(judge(peers({ portLevelMtls: { 9090: { mode: "DISABLE" } } }, { namespace: "shop" })), [
      plain("DISABLE"),
    ]);
  });

  it("passes plain text that the configuration excepts", () => {
    const annotations = { [PLAIN_TEXT_REASON]: "Callers without sidecars until May" };
    assert.deepEqual(judge(istiod, peers({ mtls: { mode: "PERMISSIVE" } }, { annotations })), []);
    const empty = { [PLAIN_TEXT_REASON]: "" };
    assert.deepEqual(judge(istiod, peers({ mtls: { mode: "PERMISSIVE" } }, { annotations: empty })), [
      plain("PERMISSIVE"),
    ]);
  });

  it("waits for modes that are not known", () => {
    assert.deepEqual(judge(istiod, peers({ mtls: { mode: UNKNOWN } })), []);
  });
});

describe("rule closed-namespaces", () => {
  const judge = (...resources: PolicyResource[]) => said(closedNamespaces, ...resources);
  const policy = (spec: unknown, own: unknown = "shop") =>
    resource("kubernetes:security.istio.io/v1:AuthorizationPolicy", { metadata: { name: "p", namespace: own }, spec });
  const open = "no AuthorizationPolicy refuses what is not allowed";

  it("passes a namespace with a policy without rules, and one outside the mesh", () => {
    assert.deepEqual(judge(injected, policy({})), []);
    assert.deepEqual(judge(injected, policy({ action: "ALLOW", rules: [] })), []);
    assert.deepEqual(judge(namespace({})), []);
  });

  it("refuses one whose policies hold elsewhere, for some, or refuse nothing", () => {
    const partly = { selector: { matchLabels: { app: "shop" } } };
    for (const policies of [
      [],
      [policy({}, "other")],
      [policy(partly)],
      [policy({ rules: [{}] })],
      [policy({ action: "DENY" })],
    ]) {
      assert.deepEqual(judge(injected, ...policies), [open]);
    }
  });

  it("refuses one whose policy is only tried", () => {
    const tried = resource("kubernetes:security.istio.io/v1:AuthorizationPolicy", {
      metadata: { name: "p", namespace: "shop", annotations: { "istio.io/dry-run": "true" } },
      spec: {},
    });
    assert.deepEqual(judge(injected, tried), [open]);
  });

  it("waits for policies that are not known", () => {
    assert.deepEqual(judge(injected, policy(UNKNOWN)), []);
    assert.deepEqual(judge(injected, policy({}, UNKNOWN)), []);
  });
});
