import assert from "node:assert/strict";
import { peerMode } from "./peer-mode.ts";
import type { PeerAuthenticationObject } from "../../mesh/kubernetes/objects.ts";

const WEB = { namespace: "shop", labels: { app: "web" } };

function policy(name: string, namespace: string, spec: PeerAuthenticationObject["spec"]): PeerAuthenticationObject {
  return { apiVersion: "security.istio.io/v1", kind: "PeerAuthentication", metadata: { name, namespace }, spec };
}

function mode(policies: PeerAuthenticationObject[], port = 8080): string {
  const { mode, by } = peerMode(policies, WEB, port, "istio-system");
  return `${mode} ${by === undefined ? "by default" : `${by.namespace}/${by.name}`}`;
}

const mesh = policy("default", "istio-system", { mtls: { mode: "STRICT" } });

describe("mutual TLS as Istio decides it", () => {
  it("takes both without a policy", () => {
    assert.equal(mode([]), "PERMISSIVE by default");
  });

  it("takes the mesh's mode, then the namespace's, then the workload's", () => {
    const namespace = policy("shop", "shop", { mtls: { mode: "PERMISSIVE" } });
    const own = policy("web", "shop", { selector: { matchLabels: { app: "web" } }, mtls: { mode: "DISABLE" } });
    assert.equal(mode([mesh]), "STRICT istio-system/default");
    assert.equal(mode([namespace, mesh]), "PERMISSIVE shop/shop");
    assert.equal(mode([mesh, namespace, own]), "DISABLE shop/web");
    assert.equal(
      mode([mesh, policy("web", "other", own.spec), policy("other", "other", namespace.spec)]),
      "STRICT istio-system/default",
    );
    assert.equal(
      mode([mesh, policy("cart", "shop", { ...own.spec, selector: { matchLabels: { app: "cart" } } })]),
      "STRICT istio-system/default",
    );
  });

  it("inherits what is UNSET", () => {
    const unset = policy("shop", "shop", { mtls: { mode: "UNSET" } });
    assert.equal(mode([mesh, unset]), "STRICT istio-system/default");
  });

  it("takes a port's mode only from the workload's own policy", () => {
    const portLevelMtls = { "9090": { mode: "DISABLE" as const } };
    const own = policy("web", "shop", { selector: { matchLabels: { app: "web" } }, portLevelMtls });
    assert.equal(mode([mesh, own], 9090), "DISABLE shop/web");
    assert.equal(mode([mesh, own], 8080), "STRICT istio-system/default");
    assert.equal(mode([mesh, policy("shop", "shop", { portLevelMtls })], 9090), "STRICT istio-system/default");
  });

  it("does not take a selector in the root namespace", () => {
    const selected = policy("web", "istio-system", {
      selector: { matchLabels: { app: "web" } },
      mtls: { mode: "DISABLE" },
    });
    assert.equal(mode([selected, mesh]), "STRICT istio-system/default");
  });
});
