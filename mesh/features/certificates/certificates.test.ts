import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { merge } from "../../load/merge.ts";
import { podDemand } from "../../capacity/demand.ts";
import { gatewayCertificates } from "./gateway-certificates.ts";
import { clusterIssuers } from "./issuers.ts";
import type { CertificateObject } from "../../kubernetes/cert-manager.ts";
import { workloadCertificates } from "./workload-certificates.ts";
import { dnsChallengePolicy, privateCaPolicy } from "./iam.ts";
import { RESTRICTED_PODS } from "../workloads/namespaces.ts";
import type { HelmRelease, HelmValue, HelmValues, KubernetesObject } from "../../kubernetes/objects.ts";
import { stackObjects, stackReleases } from "../../inventory.ts";
import type { StackData } from "../../stack/stack.ts";
import { stackData } from "../../../tests/support/stack-data.ts";
import type { PlainObject } from "../../stack/plain-object.ts";

const ZONE = "Z0123456789ABCDEFGHIJ";
const ARN = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/0d9c1f6e-0000-4000-8000-000000000000";
const ACME = {
  traffic: { tls: { mode: "certManager" } },
  certificates: { acme: { email: "platform@shop.example", zoneId: ZONE } },
};
const PRIVATE_CA = {
  traffic: { tls: { mode: "certManager" } },
  certificates: { issuer: "privateCa", privateCa: { arn: ARN } },
};
const CSR = { mesh: { istioCsr: { enabled: true } } };

const together = (...configs: PlainObject[]) => configs.reduce((all, one) => merge(all, one) as PlainObject, {});
const both = (...configs: PlainObject[]) => stackData(together(...configs));

function release(stack: StackData, name: string): HelmRelease | undefined {
  return stackReleases(stack, "shop-prod").find((one) => one.name === name);
}

function valueAt(values: HelmValue | undefined, path: string): unknown {
  return path.split(".").reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], values);
}

function valuesOf(stack: StackData, name: string): HelmValues {
  const found = release(stack, name);
  assert.ok(found, name);
  return found.values;
}

describe("certificates of the gateway", () => {
  it("are asked of nobody unless the stack says so", () => {
    const objects = stackObjects(stackData(), "x");
    assert.ok(!objects.some(({ apiVersion }) => apiVersion.includes("cert-manager.io")));
    assert.ok(!stackReleases(stackData(), "x").some(({ name }) => /cert-manager|privateca/.test(name)));
  });

  it("lie in the Secret that the Gateway reads, with a new ECDSA key at each renewal", () => {
    const [certificate, ...others] = gatewayCertificates(both(ACME));
    assert.deepEqual(others, []);
    assert.equal(certificate?.metadata.namespace, "istio-ingress");
    assert.equal(certificate.spec.secretName, "ecommerce-cert");
    assert.deepEqual(certificate.spec.dnsNames, both(ACME).catalog.hosts);
    assert.deepEqual(certificate.spec.privateKey, { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" });
    assert.deepEqual(certificate.spec.issuerRef.kind, "ClusterIssuer");
    assert.deepEqual([certificate.spec.duration, certificate.spec.renewBefore], ["2160h", "720h"]);
  });

  it("are one for each credential: the hosts' own, the others', and the consoles'", () => {
    const host = stackData().catalog.hosts[0] ?? "";
    const stack = stackData(
      together(ACME, {
        traffic: { tls: { certificates: [{ hosts: [host], credentialName: "shop-own" }] } },
        observability: { access: { hosts: { grafana: "grafana.shop.example" } } },
      }),
      { hosts: [host, "other.shop.example"] },
    );
    const all = gatewayCertificates(stack).map(({ spec }) => [spec.secretName, spec.dnsNames]);
    assert.deepEqual(all, [
      ["ecommerce-cert", ["other.shop.example"]],
      ["shop-own", [host]],
      ["consoles-tls", ["grafana.shop.example"]],
    ]);
    const servers = stackObjects(stack, "x").flatMap((object) =>
      object.kind === "Gateway" && "servers" in object.spec ? (object.spec.servers ?? []) : [],
    );
    const read = servers.flatMap(({ tls }) => tls?.credentialName ?? []);
    assert.deepEqual([...new Set(read)].sort(), all.map(([name]) => name).sort());
  });

  it("are proved by DNS in one named zone, for these hosts alone", () => {
    const [issuer] = clusterIssuers(both(ACME));
    assert.ok(issuer?.kind === "ClusterIssuer");
    const { acme } = issuer.spec;
    assert.equal(acme.server, "https://acme-v02.api.letsencrypt.org/directory");
    assert.equal(acme.email, "platform@shop.example");
    assert.deepEqual(acme.solvers, [
      {
        selector: { dnsNames: both(ACME).catalog.hosts },
        dns01: { route53: { hostedZoneID: ZONE, region: "eu-west-1" } },
      },
    ]);
  });

  it("are proved with the credentials of a Secret where pods have no rights in AWS", () => {
    const stack = both(ACME, { certificates: { acme: { credentialsSecret: "route53" } } });
    const platform = { kind: "kubeconfig", nodes: { count: 3, cpu: "4", memory: "8Gi", zones: 1 } } as const;
    const [issuer] = clusterIssuers({ ...stack, config: { ...stack.config, platform } });
    assert.ok(issuer?.kind === "ClusterIssuer");
    assert.deepEqual(issuer.spec.acme.solvers[0]?.dns01.route53, {
      hostedZoneID: ZONE,
      accessKeyIDSecretRef: { name: "route53", key: "access-key-id" },
      secretAccessKeySecretRef: { name: "route53", key: "secret-access-key" },
    });
  });

  it("come from AWS Private CA, by the template for servers, where the stack says so", () => {
    const stack = both(PRIVATE_CA);
    assert.deepEqual(
      clusterIssuers(stack).map(({ kind, spec }) => [kind, spec]),
      [["AWSPCAClusterIssuer", { arn: ARN, region: "eu-west-1" }]],
    );
    const [certificate] = gatewayCertificates(stack);
    assert.equal(certificate?.spec.issuerRef.group, "awspca.cert-manager.io");
    assert.deepEqual(certificate.spec.usages, ["server auth"]);
    assert.ok(release(stack, "aws-privateca-issuer"));
  });

  it("come from an issuer that exists, with no other made beside it", () => {
    const existing = { issuer: "existing", existing: { name: "corporate" } };
    const stack = stackData({ traffic: ACME.traffic, certificates: existing });
    assert.deepEqual(clusterIssuers(stack), []);
    assert.deepEqual(gatewayCertificates(stack)[0]?.spec.issuerRef, {
      name: "corporate",
      kind: "ClusterIssuer",
      group: "cert-manager.io",
    });
  });
});

describe("the rights of what issues certificates", () => {
  it("are the TXT records of the challenges in one zone, and to ask whether they are out", () => {
    const [write, follow, ...others] = dnsChallengePolicy(
      ZONE,
      ["shop.example", "*.shop.example", "A.example"],
      "aws",
    ).Statement;
    assert.deepEqual(others, []);
    assert.deepEqual(write?.Action, ["route53:ChangeResourceRecordSets"]);
    assert.equal(write.Resource, `arn:aws:route53:::hostedzone/${ZONE}`);
    assert.deepEqual(write.Condition, {
      "ForAllValues:StringEquals": {
        "route53:ChangeResourceRecordSetsNormalizedRecordNames": [
          "_acme-challenge.shop.example",
          "_acme-challenge.a.example",
        ],
        "route53:ChangeResourceRecordSetsRecordTypes": ["TXT"],
        "route53:ChangeResourceRecordSetsActions": ["UPSERT", "DELETE"],
      },
      Null: { "route53:ChangeResourceRecordSetsNormalizedRecordNames": "false" },
    });
    assert.deepEqual([follow?.Action, follow?.Resource], [["route53:GetChange"], "arn:aws:route53:::change/*"]);
  });

  it("are three calls of one authority", () => {
    assert.deepEqual(
      privateCaPolicy(ARN).Statement.map(({ Action, Resource }) => [Action, Resource]),
      [[["acm-pca:DescribeCertificateAuthority", "acm-pca:GetCertificate", "acm-pca:IssueCertificate"], ARN]],
    );
  });
});

describe("the release of cert-manager", () => {
  const values = valuesOf(both(ACME), "cert-manager");

  it("survives the loss of a node, on the system pool, with what it asks for", () => {
    for (const part of ["", "webhook.", "cainjector."]) {
      const at = (key: string) => valueAt(values, `${part}${key}`);
      assert.equal(at("replicaCount"), 2, part);
      assert.deepEqual(at("podDisruptionBudget.maxUnavailable"), 1, part);
      assert.deepEqual(at("resources.requests"), { cpu: "50m", memory: "128Mi" }, part);
      assert.deepEqual(at("nodeSelector"), { "ecommerce-mesh.dev/pool": "system" }, part);
      assert.ok(Array.isArray(at("tolerations")) && at("topologySpreadConstraints") !== undefined, part);
    }
    assert.equal(valueAt(values, "global.priorityClassName"), "system-cluster-critical");
  });

  it("brings its kinds and takes them along, elects in its own namespace, and is done when its webhooks answer", () => {
    assert.deepEqual(valueAt(values, "crds"), { enabled: true, keep: false });
    assert.equal(valueAt(values, "global.leaderElection.namespace"), "cert-manager");
    assert.equal(valueAt(values, "startupapicheck.enabled"), true);
    assert.ok(valueAt(values, "startupapicheck.nodeSelector") !== undefined);
    assert.equal(valueAt(values, "enableCertificateOwnerRef"), false);
  });

  it("has no budget for one pod, which no drain would get past", () => {
    const single = valuesOf(both(ACME, { certificates: { certManager: { replicas: 1 } } }), "cert-manager");
    assert.equal(valueAt(single, "podDisruptionBudget"), undefined);
  });

  it("is left out where the cluster has it, and its issuers are not", () => {
    const stack = both(ACME, { certificates: { certManager: { install: false } } });
    assert.equal(release(stack, "cert-manager"), undefined);
    assert.equal(clusterIssuers(stack).length, 1);
    assert.ok(
      !stackObjects(stack, "x").some(({ kind, metadata }) => kind === "Namespace" && metadata.name === "cert-manager"),
    );
  });

  it("lies in a namespace that enforces Pod Security, where only webhooks are open", () => {
    const objects = stackObjects(both(PRIVATE_CA, CSR), "x");
    const namespace = objects.find(({ kind, metadata }) => kind === "Namespace" && metadata.name === "cert-manager");
    assert.equal(
      namespace?.metadata.labels?.["pod-security.kubernetes.io/enforce"],
      RESTRICTED_PODS["pod-security.kubernetes.io/enforce"],
    );
    const policies = objects.filter(
      ({ kind, metadata }) => kind === "NetworkPolicy" && metadata.namespace === "cert-manager",
    );
    const open = policies.flatMap((policy) =>
      policy.kind === "NetworkPolicy"
        ? (policy.spec.ingress ?? [])
            .filter(({ from }) => from === undefined)
            .map(({ ports }) => [policy.metadata.name, ports])
        : [],
    );
    assert.deepEqual(open, [["cert-manager-webhook", [{ port: 10250, protocol: "TCP" }]]]);
    assert.deepEqual(policies.map(({ metadata }) => metadata.name).sort(), [
      "aws-privateca-issuer",
      "cert-manager",
      "cert-manager-cainjector",
      "cert-manager-istio-csr",
      "cert-manager-webhook",
    ]);
    const off = stackObjects(both(ACME, { security: { networkPolicies: false } }), "x");
    assert.ok(!off.some(({ kind, metadata }) => kind === "NetworkPolicy" && metadata.namespace === "cert-manager"));
  });

  it("takes capacity on the system pool", () => {
    const pods = (stack: StackData) => podDemand(stack).system.reduce((sum, set) => sum + set.pods, 0);
    assert.equal(pods(both(ACME)) - pods(stackData()), 6);
    assert.equal(pods(both(PRIVATE_CA, CSR)) - pods(stackData()), 10);
  });
});

describe("certificates of the workloads", () => {
  it("are istiod's own unless the stack says so", () => {
    assert.deepEqual(workloadCertificates(stackData()), []);
    const values = valuesOf(stackData(), "istiod");
    assert.equal(valueAt(values, "global.caAddress"), undefined);
    assert.equal(valueAt(values, "env.ENABLE_CA_SERVER"), undefined);
  });

  it("are asked of istio-csr by every proxy, and istiod signs nothing", () => {
    const stack = both(CSR);
    const istiod = valuesOf(stack, "istiod");
    const csr = valuesOf(stack, "cert-manager-istio-csr");
    const address = "cert-manager-istio-csr.cert-manager.svc";
    assert.equal(valueAt(istiod, "global.caAddress"), `${address}:443`);
    assert.equal(valueAt(istiod, "env.ENABLE_CA_SERVER"), "false");
    assert.deepEqual(valueAt(csr, "app.tls.certificateDNSNames"), [address]);
    // Requests that name another cluster than istio-csr's are refused.
    assert.equal(valueAt(csr, "app.server.clusterID"), valueAt(istiod, "global.multiCluster.clusterName"));
    assert.equal(valueAt(csr, "app.tls.trustDomain"), stack.config.mesh.trustDomain);
    assert.equal(valueAt(csr, "app.server.caTrustedNodeAccounts"), undefined);
    const sidecars = stackObjects(stack, "x").find(
      ({ kind, metadata }) => kind === "NetworkPolicy" && metadata.name === "sidecars",
    );
    assert.match(JSON.stringify(sidecars), /cert-manager-istio-csr.*6443/);
  });

  it("may be asked for by ztunnel for the pods of its node in an ambient mesh", () => {
    const stack = both(CSR, { mesh: { mode: "ambient" } });
    assert.equal(
      valueAt(valuesOf(stack, "cert-manager-istio-csr"), "app.server.caTrustedNodeAccounts"),
      "kube-system/ztunnel",
    );
    assert.equal(valueAt(valuesOf(stack, "ztunnel"), "caAddress"), "cert-manager-istio-csr.cert-manager.svc:443");
  });

  it("end in a root whose renewal keeps its key", () => {
    const [selfSigned, root, issuer, istiod] = workloadCertificates(both(CSR)) as [
      KubernetesObject,
      CertificateObject,
      KubernetesObject,
      CertificateObject,
    ];
    assert.deepEqual(
      [selfSigned.kind, root.kind, issuer.kind, istiod.kind],
      ["Issuer", "Certificate", "Issuer", "Certificate"],
    );
    assert.equal(root.spec.isCA, true);
    assert.equal(root.spec.privateKey.rotationPolicy, "Never");
    assert.equal(root.spec.issuerRef.name, selfSigned.metadata.name);
    assert.deepEqual((issuer as { spec?: unknown }).spec, { ca: { secretName: root.spec.secretName } });
    assert.equal(istiod.spec.issuerRef.name, issuer.metadata.name);
  });

  it("include istiod's, under the name that its chart mounts, for every revision, and waited for", () => {
    const revisions = [{ version: "1.30.7" }, { version: "1.31.2" }];
    const stack = both(CSR, { mesh: { revisions, tags: { stable: "1-30-7" } } });
    const istiod = workloadCertificates(stack).find(({ metadata }) => metadata.name === "istiod") as CertificateObject;
    assert.equal(istiod.spec.secretName, "istiod-tls");
    assert.deepEqual(istiod.spec.dnsNames, [
      "istiod.istio-system.svc",
      "istiod-1-30-7.istio-system.svc",
      "istiod-1-31-2.istio-system.svc",
    ]);
    assert.deepEqual(istiod.metadata.annotations, { "pulumi.com/waitFor": "condition=Ready" });
    assert.equal(valueAt(valuesOf(stack, "cert-manager-istio-csr"), "app.tls.istiodCertificateEnable"), false);
  });

  it("come from AWS Private CA or an issuer that exists without a root of the stack's own", () => {
    const existing = both({ mesh: { istioCsr: { enabled: true, issuer: "existing", existing: { name: "vault" } } } });
    assert.deepEqual(
      workloadCertificates(existing).map(({ metadata }) => metadata.name),
      ["istiod"],
    );
    assert.equal(valueAt(valuesOf(existing, "cert-manager-istio-csr"), "app.certmanager.issuer.name"), "vault");
    const aws = both({
      mesh: { istioCsr: { enabled: true, issuer: "privateCa" } },
      certificates: { privateCa: { arn: ARN } },
    });
    assert.equal(
      valueAt(valuesOf(aws, "cert-manager-istio-csr"), "app.certmanager.issuer.kind"),
      "AWSPCAClusterIssuer",
    );
    assert.equal(clusterIssuers(aws).length, 1);
  });
});

/** Facts of the charts and kinds; see the file's own comment for source, version and date. */
const FACTS = JSON.parse(
  readFileSync(new URL("../../../tests/support/cert-manager-facts.json", import.meta.url), "utf8"),
) as {
  readonly charts: Readonly<Record<string, readonly string[]>>;
  readonly commented: Readonly<Record<string, readonly string[]>>;
  readonly kinds: Readonly<Record<string, readonly string[]>>;
};

function unknownPaths(known: readonly string[], value: unknown, path = ""): string[] {
  if (known.includes(path)) {
    return [];
  }
  if (Array.isArray(value)) {
    return value.flatMap((entry) => unknownPaths(known, entry, path));
  }
  const inside = path === "" || known.some((key) => key.startsWith(`${path}.`));
  return inside && typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, entry]) => unknownPaths(known, entry, path === "" ? key : `${path}.${key}`))
    : [path];
}

describe("what is said to cert-manager", () => {
  const stacks = [
    both(ACME, { certificates: { acme: { credentialsSecret: "route53" } } }),
    both(PRIVATE_CA, CSR, { mesh: { mode: "ambient" } }),
    both(CSR),
  ];

  it("holds only keys that the charts know", () => {
    const releases = stacks.flatMap((stack) => stackReleases(stack, "x")).filter(({ chart }) => chart in FACTS.charts);
    assert.deepEqual([...new Set(releases.map(({ chart }) => chart))].sort(), Object.keys(FACTS.charts).sort());
    for (const { chart, values } of releases) {
      // What the charts leave to the user: quantities, and the fields of a pod.
      const known = [...(FACTS.charts[chart] ?? []), ...(FACTS.commented[chart] ?? [])];
      const open = /(^|\.)(resources|nodeSelector|securityContext|podSecurityContext)\./;
      assert.deepEqual(
        unknownPaths(known, values).filter((path) => !open.test(path)),
        [],
        chart,
      );
    }
    assert.deepEqual(unknownPaths(FACTS.charts["cert-manager"] ?? [], { crds: { keeps: true } }), ["crds.keeps"]);
  });

  it("holds only fields that the kinds know", () => {
    const objects = stacks
      .flatMap((stack) => stackObjects(stack, "x"))
      .filter(({ kind, apiVersion }) => kind in FACTS.kinds && apiVersion.includes("cert-manager.io"));
    assert.deepEqual([...new Set(objects.map(({ kind }) => kind))].sort(), Object.keys(FACTS.kinds).sort());
    for (const object of objects) {
      assert.deepEqual(
        unknownPaths(FACTS.kinds[object.kind] ?? [], (object as { spec?: unknown }).spec),
        [],
        object.kind,
      );
    }
    assert.deepEqual(unknownPaths(FACTS.kinds["Certificate"] ?? [], { secretNames: "x" }), ["secretNames"]);
  });
});
