import assert from "node:assert/strict";
import { checkStack } from "./checks/index.ts";
import type { HelmRelease } from "./kubernetes/objects.ts";
import { stackReleases } from "./inventory.ts";
import { AUTHORITY_CERTIFICATE } from "../tests/support/authority.ts";
import { stackData } from "../tests/support/stack-data.ts";
import type { PlainObject } from "./stack/plain-object.ts";

/** The releases of a stack by name. */
function releasesOf(...arguments_: Parameters<typeof stackData>): Map<string, HelmRelease> {
  return new Map(stackReleases(stackData(...arguments_), "shop-prod").map((release) => [release.name, release]));
}

function valuesOf(releases: Map<string, HelmRelease>, name: string): HelmRelease["values"] {
  const release = releases.get(name);
  assert.ok(release, name);
  return release.values;
}

describe("releases", () => {
  const releases = releasesOf();

  it("install base, istiod, load balancer controller, gateways and addons, pinned, in this order", () => {
    assert.deepEqual(
      [...releases.values()].map(({ name, chart, version, namespace }) => `${name} ${chart}-${version} ${namespace}`),
      [
        "istio-base base-1.30.7 istio-system",
        "istio-cni cni-1.30.7 kube-system",
        "istiod istiod-1.30.7 istio-system",
        "aws-load-balancer-controller aws-load-balancer-controller-3.5.0 kube-system",
        "istio-ingressgateway gateway-1.30.7 istio-ingress",
        "istio-egressgateway gateway-1.30.7 istio-egress",
        "prometheus kube-prometheus-stack-88.5.3 observability",
        "jaeger jaeger-4.11.1 observability",
        "opentelemetry-collector opentelemetry-collector-0.170.0 observability",
        "grafana grafana-12.11.1 observability",
        "kiali kiali-server-2.29.0 observability",
      ],
    );
  });

  it("run istiod highly available: 3 to 5 pods of 500m and 2Gi, apart from each other, never locking a drain", () => {
    const values = valuesOf(releases, "istiod");
    assert.deepEqual(
      [values["autoscaleMin"], values["autoscaleMax"], values["cpu"]],
      [3, 5, { targetAverageUtilization: 80 }],
    );
    assert.deepEqual(values["resources"], {
      requests: { cpu: "500m", memory: "2Gi" },
      limits: { cpu: "1000m", memory: "4Gi" },
    });
    assert.deepEqual(values["pdb"], { maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" });
    assert.match(JSON.stringify(values["affinity"]), /"topologyKey":"kubernetes\.io\/hostname"/);
    assert.match(JSON.stringify(values["topologySpreadConstraints"]), /"topologyKey":"topology\.kubernetes\.io\/zone"/);
  });

  it("keep istiod's webhook as Helm wrote it, so that a second run changes nothing", () => {
    for (const name of ["istio-base", "istiod"]) {
      assert.deepEqual(valuesOf(releases, name)["base"], { validationFailurePolicy: "Fail" }, name);
    }
  });

  it("name mesh, network, trust domain and cluster", () => {
    const values = valuesOf(releases, "istiod");
    const global = values["global"] as Record<string, unknown>;
    assert.deepEqual(
      [global["meshID"], global["network"], global["multiCluster"]],
      ["mesh1", "network1", { clusterName: "shop-prod" }],
    );
    assert.equal((values["meshConfig"] as Record<string, unknown>)["trustDomain"], "cluster.local");
  });

  it("let workloads call only known hosts, unless the stack says otherwise", () => {
    const policy = (map: typeof releases) =>
      (valuesOf(map, "istiod")["meshConfig"] as Record<string, unknown>)["outboundTrafficPolicy"];
    assert.deepEqual(policy(releases), { mode: "REGISTRY_ONLY" });
    assert.deepEqual(policy(releasesOf({ mesh: { outboundTraffic: "ALLOW_ANY" } })), { mode: "ALLOW_ANY" });
  });

  it("give sidecars 10m and 128Mi, at most 500m and 512Mi", () => {
    const global = valuesOf(releases, "istiod")["global"] as Record<string, unknown>;
    assert.deepEqual((global["proxy"] as Record<string, unknown>)["resources"], {
      requests: { cpu: "10m", memory: "128Mi" },
      limits: { cpu: "500m", memory: "512Mi" },
    });
  });

  it("scale the gateways, and open 80 and 443 of the ingress gateway on ports above 1024", () => {
    const values = valuesOf(releases, "istio-ingressgateway");
    const { autoscaleBehavior, ...autoscaling } = values["autoscaling"] as Record<string, unknown>;
    assert.match(JSON.stringify(autoscaleBehavior), /"stabilizationWindowSeconds":300/);
    assert.deepEqual(autoscaling, {
      enabled: true,
      minReplicas: 2,
      maxReplicas: 5,
      targetCPUUtilizationPercentage: 80,
    });
    const service = values["service"] as { readonly type: string; readonly ports: readonly Record<string, unknown>[] };
    assert.equal(service.type, "LoadBalancer");
    assert.deepEqual(
      service.ports.map(({ name, port, targetPort }) => [name, port, targetPort]),
      [
        ["http2", 80, 8080],
        ["https", 443, 8443],
      ],
    );
  });

  it("install the internal gateway only where the stack asks, and open it to the cluster alone", () => {
    assert.ok(!releases.has("istio-internalgateway"));
    const internal = releasesOf({ mesh: { internalGateway: { enabled: true } } }).get("istio-internalgateway");
    assert.equal(internal?.namespace, "istio-ingress");
    const service = internal.values["service"] as { type: string; ports: readonly Record<string, unknown>[] };
    assert.equal(service.type, "ClusterIP");
    assert.deepEqual(
      service.ports.map(({ port, targetPort }) => [port, targetPort]),
      [
        [15021, 15021],
        [80, 8080],
        [443, 8443],
      ],
    );
  });

  it("run istiod and gateways as Pod Security `restricted` asks, before others, and with one pod more during a rollout", () => {
    const istiod = valuesOf(releases, "istiod");
    const global = istiod["global"] as Record<string, unknown>;
    assert.deepEqual(istiod["seccompProfile"], { type: "RuntimeDefault" });
    assert.deepEqual([istiod["rollingMaxSurge"], istiod["rollingMaxUnavailable"]], [1, 0]);
    assert.equal(global["priorityClassName"], "system-cluster-critical");
    assert.match(JSON.stringify(global["proxy"]), /"seccompProfile":\{"type":"RuntimeDefault"\}/);
    for (const name of ["istio-ingressgateway", "istio-egressgateway"]) {
      const gateway = valuesOf(releases, name);
      assert.deepEqual(gateway["securityContext"], {
        runAsNonRoot: true,
        seccompProfile: { type: "RuntimeDefault" },
      });
      assert.equal(gateway["minReadySeconds"], 10);
      assert.deepEqual(gateway["strategy"], {
        type: "RollingUpdate",
        rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
      });
      assert.equal(gateway["priorityClassName"], "system-cluster-critical");
    }
    const own = valuesOf(releasesOf({ mesh: { priorityClassName: "mesh" } }), "istio-ingressgateway");
    assert.equal(own["priorityClassName"], "mesh");
  });

  it("redirect traffic on the node, so that pods need no NET_ADMIN, unless the stack has no node agent", () => {
    assert.deepEqual(valuesOf(releases, "istiod")["cni"], { enabled: true });
    const without = releasesOf({ mesh: { cni: { enabled: false } } });
    assert.ok(!without.has("istio-cni"));
    assert.deepEqual(valuesOf(without, "istiod")["cni"], { enabled: false });
    const elsewhere = releasesOf({
      mesh: { cni: { binDirectory: "/var/lib/cni", configDirectory: "/etc/k3s/net.d" } },
    });
    const { cniBinDir, cniConfDir } = valuesOf(elsewhere, "istio-cni");
    assert.deepEqual([cniBinDir, cniConfDir], ["/var/lib/cni", "/etc/k3s/net.d"]);
  });

  it("take Istio's images from a registry of one's own, without a shell in them", () => {
    const own = releasesOf({ mesh: { hub: "registry.example.com/istio" } });
    for (const name of ["istio-cni", "istiod"]) {
      const global = valuesOf(own, name)["global"] as Record<string, unknown>;
      assert.deepEqual([global["hub"], global["variant"]], ["registry.example.com/istio", "distroless"], name);
    }
    const plain = valuesOf(releasesOf({ mesh: { proxy: { image: "default" } } }), "istiod")["global"] as object;
    assert.ok(!("variant" in plain) && !("hub" in plain));
  });

  it("tell istiod how long to gather changes, and what it must never fetch keys from", () => {
    const env = (map: typeof releases) => valuesOf(map, "istiod")["env"] as Record<string, unknown>;
    assert.equal(env(releases)["BLOCKED_CIDRS_IN_JWKS_URIS"], "127.0.0.0/8,169.254.0.0/16");
    const settings = { blockedJwksCidrs: ["10.0.0.0/8"], debounceMilliseconds: 250, debounceMaxSeconds: 20 };
    const own = env(releasesOf({ mesh: { istiod: settings } }));
    assert.deepEqual(
      [own["BLOCKED_CIDRS_IN_JWKS_URIS"], own["PILOT_DEBOUNCE_AFTER"], own["PILOT_DEBOUNCE_MAX"]],
      ["10.0.0.0/8", "250ms", "20s"],
    );
    assert.ok(Object.values(own).every((value) => typeof value === "string"));
  });

  it("let istiod fetch the keys of an issuer whose certificate a company's own authority signed", () => {
    const pem = AUTHORITY_CERTIFICATE;
    const key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----";
    const values = valuesOf(releasesOf({ mesh: { istiod: { jwksRootCertificates: pem } } }), "istiod");
    assert.equal(values["jwksResolverExtraRootCA"], pem);
    assert.ok(!("jwksResolverExtraRootCA" in valuesOf(releases, "istiod")));
    // It is no secret: the check for secrets in plain text lets it pass.
    assert.deepEqual(checkStack(stackData({ mesh: { istiod: { jwksRootCertificates: pem } } })), []);
    for (const wrong of ["auth.crt", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", `${pem}${key}`]) {
      assert.throws(
        () => releasesOf({ mesh: { istiod: { jwksRootCertificates: wrong } } }),
        /expected certificates in PEM.*and no key/,
      );
    }
  });

  it("tell every proxy how to start, end and count", () => {
    const mesh = valuesOf(releases, "istiod")["meshConfig"] as Record<string, unknown>;
    assert.deepEqual(mesh["defaultConfig"], {
      concurrency: 2,
      holdApplicationUntilProxyStarts: true,
      drainDuration: "45s",
      terminationDrainDuration: "20s",
      proxyStatsMatcher: {
        inclusionRegexps: [
          ".*outlier_detection.*",
          ".*circuit_breakers.*",
          ".*upstream_rq_pending.*",
          ".*upstream_cx_active.*",
        ],
      },
    });
    assert.ok(!("defaultTrafficPolicy" in mesh));
    assert.equal((mesh["tcpKeepalive"] as Record<string, unknown>)["time"], "300s");
    const newer = releasesOf({ mesh: { version: "1.31.2", defaultTrafficPolicy: { maxConnections: 50 } } });
    assert.match(
      JSON.stringify(valuesOf(newer, "istiod")["meshConfig"]),
      /"defaultTrafficPolicy":\{"connectionPool":\{"tcp":\{"maxConnections":50,"connectTimeout":"10s"\}/,
    );
  });

  it("keep the egress gateway inside, and leave it out where it is off", () => {
    const service = valuesOf(releases, "istio-egressgateway")["service"] as Record<string, unknown>;
    assert.equal(service["type"], "ClusterIP");
    assert.ok(!releasesOf({ mesh: { egressGateway: { enabled: false } } }).has("istio-egressgateway"));
  });

  it("wire the addons to each other and hold no password", () => {
    const kiali = JSON.stringify(valuesOf(releases, "kiali"));
    assert.match(kiali, /http:\/\/prometheus-prometheus\.observability\.svc\.cluster\.local:9090/);
    assert.match(kiali, /http:\/\/jaeger\.observability\.svc\.cluster\.local:16686/);
    assert.match(kiali, /"signing_key":"secret:kiali-signing-key:key"/);
    const grafana = valuesOf(releases, "grafana");
    assert.deepEqual(grafana["admin"], {
      existingSecret: "grafana-admin",
      userKey: "admin-user",
      passwordKey: "admin-password",
    });
    assert.match(JSON.stringify(grafana["datasources"]), /prometheus-prometheus\.observability/);
  });

  it("use an address of one's own in place of a release", () => {
    const address = "http://prometheus.monitoring:9090";
    const external = releasesOf({ observability: { prometheus: { address } } });
    assert.ok(!external.has("prometheus"));
    assert.match(JSON.stringify(valuesOf(external, "kiali")), /http:\/\/prometheus\.monitoring:9090/);
  });

  it("send traces to Jaeger, to another collector, or nowhere", () => {
    const providers = (map: typeof releases) =>
      (valuesOf(map, "istiod")["meshConfig"] as Record<string, unknown>)["extensionProviders"];
    const provider = (service: string, port: number) => [{ name: "otlp-tracing", opentelemetry: { service, port } }];
    const collector = provider("opentelemetry-collector.observability.svc.cluster.local", 4317);
    assert.deepEqual(providers(releases), collector);
    const without = { collector: { enabled: false } };
    assert.deepEqual(
      providers(releasesOf({ observability: without })),
      provider("jaeger.observability.svc.cluster.local", 4317),
    );
    const elsewhere = { jaeger: { address: "http://collector.apm:4318" } };
    assert.deepEqual(providers(releasesOf({ observability: elsewhere })), collector);
    assert.deepEqual(
      providers(releasesOf({ observability: { ...without, ...elsewhere } })),
      provider("collector.apm", 4318),
    );
    assert.equal(providers(releasesOf({ observability: { jaeger: { enabled: false } } })), undefined);
  });

  it("are two control planes while an upgrade lasts, with what both share at the version that suits both", () => {
    const revisions = [{ name: "default", version: "1.30.7" }, { version: "1.31.2" }];
    const both = releasesOf({
      mesh: { revisions, tags: { stable: "default", canary: "1-31-2" }, egressGateway: { revisionTag: "canary" } },
    });
    const versions = Object.fromEntries([...both.values()].map(({ name, version }) => [name, version]));
    assert.deepEqual(
      [versions["istio-base"], versions["istiod"], versions["istiod-1-31-2"]],
      ["1.31.2", "1.30.7", "1.31.2"],
    );
    assert.equal(valuesOf(both, "istio-base")["defaultRevision"], "default");
    assert.deepEqual(
      ["istiod", "istiod-1-31-2"].map((name) => valuesOf(both, name)["revision"]),
      [undefined, "1-31-2"],
    );
    // Tags belong to no release: one could not leave a release and enter another at the same moment.
    assert.ok([...both.values()].every(({ values }) => values["revisionTags"] === undefined));
    assert.deepEqual(
      ["istio-ingressgateway", "istio-egressgateway"].map((name) => [versions[name], valuesOf(both, name)["revision"]]),
      [
        ["1.30.7", "stable"],
        ["1.31.2", "canary"],
      ],
    );
  });

  it("leave validation to the new control plane when the unnamed one is gone", () => {
    const after = releasesOf({ mesh: { revisions: [{ version: "1.31.2" }] } });
    assert.equal(valuesOf(after, "istio-base")["defaultRevision"], "1-31-2");
    assert.equal(after.has("istiod"), false);
  });

  it("replace a gateway's pods when its proxy comes from another revision of the same version", () => {
    const annotations = (mesh: PlainObject) => valuesOf(releasesOf({ mesh }), "istio-ingressgateway")["podAnnotations"];
    assert.notDeepEqual(annotations({ version: "1.30.7" }), annotations({ revisions: [{ version: "1.30.7" }] }));
  });

  it("change alone: one value of one part leaves every other release as it was", () => {
    const resources = { requests: { cpu: "150m", memory: "150Mi" }, limits: { cpu: "1", memory: "1Gi" } };
    const changes: Readonly<Record<string, Parameters<typeof stackData>[0]>> = {
      istiod: { mesh: { istiod: { cpuTarget: 70 } } },
      "istio-cni": { mesh: { cni: { resources } } },
      "istio-ingressgateway": { mesh: { ingressGateway: { cpuTarget: 70 } } },
      "istio-egressgateway": { mesh: { egressGateway: { resources } } },
    };
    for (const [name, config] of Object.entries(changes)) {
      const after = releasesOf(config);
      assert.deepEqual([...after.keys()], [...releases.keys()]);
      const changed = [...after].filter(
        ([key, release]) => JSON.stringify(release) !== JSON.stringify(releases.get(key)),
      );
      assert.deepEqual(
        changed.map(([key]) => key),
        [name],
      );
    }
  });

  it("keep metrics as long as the stack says", () => {
    for (const [kind, path] of [
      ["operator", ["prometheus", "prometheusSpec"]],
      ["server", ["server"]],
    ] as const) {
      const values = valuesOf(releasesOf({ observability: { prometheus: { kind, retentionDays: 30 } } }), "prometheus");
      const spec = path.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], values);
      assert.equal((spec as Record<string, unknown>)["retention"], "30d");
    }
  });
});
