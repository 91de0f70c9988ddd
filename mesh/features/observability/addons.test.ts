import { dataPlaneOf } from "../data-plane/data-plane-of.ts";
import assert from "node:assert/strict";
import { checkStack } from "../../checks/index.ts";
import { collectorConfig } from "./collector.ts";
import { dashboards } from "./dashboards.ts";
import { consoleObjects } from "./consoles.ts";
import { addonNetworkPolicies } from "../network-policies/observability.ts";
import { remoteWritePolicy, remoteWrites } from "./remote-write.ts";
import { daysThatFit, retentionSize } from "./volume.ts";
import { addonReleases } from "./releases.ts";
import { stackData } from "../../../tests/support/stack-data.ts";

function valuesOf(observability: Record<string, unknown>, name: string) {
  const release = addonReleases(stackData({ observability })).find((one) => one.name === name);
  assert.ok(release, name);
  return JSON.parse(JSON.stringify(release.values)) as Record<string, Record<string, Record<string, unknown>>>;
}

/** What Grafana knows of Prometheus. */
function prometheusSource(values: ReturnType<typeof valuesOf>) {
  const { datasources } = values["datasources"]?.["datasources.yaml"] as unknown as {
    datasources: readonly { readonly jsonData: { readonly timeInterval: string } }[];
  };
  return datasources[0]?.jsonData ?? assert.fail();
}

const VOLUME = { enabled: true, size: "50Gi" };

describe("Prometheus", () => {
  it("runs so many pods, each with a volume, and keeps its data below the volume's size", () => {
    const prometheus = valuesOf({ prometheus: { replicas: 2, volume: VOLUME } }, "prometheus")["prometheus"];
    const spec = prometheus?.["prometheusSpec"];
    assert.equal(spec?.["replicas"], 2);
    assert.equal(spec["retentionSize"], "40000MB");
    assert.match(JSON.stringify(spec["storageSpec"]), /"requests":\{"storage":"50Gi"\}/);
    assert.deepEqual(prometheus?.["podDisruptionBudget"], {
      enabled: true,
      minAvailable: 1,
      unhealthyPodEvictionPolicy: "AlwaysAllow",
    });
  });

  it("leaves no container without requests: neither the operator's own helper nor Grafana's", () => {
    const { prometheusConfigReloader } = valuesOf({}, "prometheus")["prometheusOperator"] ?? {};
    const reload = valuesOf({ prometheus: { kind: "server" } }, "prometheus")["configmapReload"]?.["prometheus"];
    const { downloadDashboards } = valuesOf({}, "grafana");
    for (const helper of [prometheusConfigReloader, reload, downloadDashboards]) {
      assert.match(JSON.stringify(helper), /"requests":\{"cpu":"\d+m","memory":"\d+Mi"\}/);
    }
  });

  it("asks as often as Grafana believes, also without the operator", () => {
    const { global } = valuesOf({ prometheus: { kind: "server" } }, "prometheus")["server"] ?? {};
    const { timeInterval } = prometheusSource(valuesOf({}, "grafana"));
    assert.equal(global?.["scrape_interval"], timeInterval);
  });

  it("has no budget that would hold a drain of its only pod", () => {
    const prometheus = valuesOf({}, "prometheus")["prometheus"];
    assert.equal(prometheus?.["podDisruptionBudget"]?.["enabled"], false);
  });

  it("asks every Envoy, istiod, Jaeger, Kiali and the collector", () => {
    const text = JSON.stringify(valuesOf({}, "prometheus")["prometheus"]);
    for (const part of ["istio-proxy", "http-monitoring", "jaeger", "kiali", "opentelemetry-collector"]) {
      assert.ok(text.includes(part), part);
    }
  });

  it("brings the rules, also without the operator, unless alerts are off", () => {
    const both = [valuesOf({}, "prometheus"), valuesOf({ prometheus: { kind: "server" } }, "prometheus")];
    for (const values of both) {
      assert.match(JSON.stringify(values), /ServiceErrorBudgetBurnsFast/);
    }
    assert.doesNotMatch(JSON.stringify(valuesOf({ alerts: { enabled: false } }, "prometheus")), /ErrorBudget/);
  });

  it("writes into Amazon's workspace, signed, with a right for that workspace alone", () => {
    const stack = stackData({
      observability: { prometheus: { amazonManagedPrometheus: { workspaceId: "ws-0123" } } },
    });
    assert.match(
      JSON.stringify(remoteWrites(stack.config)),
      /"url":"https:\/\/aps-workspaces\.eu-west-1\.amazonaws\.com\/workspaces\/ws-0123\/api\/v1\/remote_write","sigv4":\{"region":"eu-west-1"\}/,
    );
    assert.deepEqual(
      remoteWritePolicy(stack.config)?.Statement.map(({ Action, Resource }) => [Action, Resource]),
      [[["aps:RemoteWrite"], "arn:aws:aps:eu-west-1:*:workspace/ws-0123"]],
    );
    assert.equal(remoteWritePolicy(stackData().config), undefined);
  });

  it("holds fewer days of more proxies on the same volume", () => {
    const volume = { enabled: true, size: "20Gi" };
    assert.ok(daysThatFit(volume, 10) > daysThatFit(volume, 100));
    assert.equal(retentionSize(volume), "16000MB");
  });
});

describe("Amazon's Prometheus", () => {
  it("is refused where the pods cannot get the right to write", () => {
    const stack = stackData({ observability: { prometheus: { amazonManagedPrometheus: { workspaceId: "ws-0" } } } });
    const nodes = { count: 9, cpu: "8", memory: "32Gi", zones: 3 };
    const elsewhere = { ...stack, config: { ...stack.config, platform: { kind: "kubeconfig" as const, nodes } } };
    const paths = (data: typeof stack) => checkStack(data).map(({ path }) => path);
    assert.ok(paths(elsewhere).includes("observability.prometheus.amazonManagedPrometheus"));
    assert.ok(!paths(stack).includes("observability.prometheus.amazonManagedPrometheus"));
  });
});

describe("Alertmanager", () => {
  it("runs so many pods and reads the Secret that states who is told", () => {
    const values = valuesOf({ alertmanager: { replicas: 3, configSecret: "who-is-told" } }, "prometheus");
    const spec = values["alertmanager"]?.["alertmanagerSpec"];
    assert.deepEqual(
      [spec?.["replicas"], spec?.["useExistingSecret"], spec?.["configSecret"]],
      [3, true, "who-is-told"],
    );
    assert.equal(values["alertmanager"]?.["podDisruptionBudget"]?.["minAvailable"], 2);
  });
});

describe("Jaeger", () => {
  it("keeps traces in memory, or on a volume for so long", () => {
    assert.match(JSON.stringify(valuesOf({ jaeger: { maxTraces: 1000 } }, "jaeger")), /"memory":\{"max_traces":1000\}/);
    const kept = JSON.stringify(valuesOf({ jaeger: { retentionHours: 48, volume: VOLUME } }, "jaeger"));
    assert.match(kept, /"ttl":\{"spans":"48h"\}/);
    assert.match(kept, /"kind":"PersistentVolumeClaim".*"storage":"50Gi"/);
    assert.match(kept, /"claimName":"jaeger-traces"/);
  });

  it("starts again when its configuration changes, which it reads at the start alone", () => {
    const labels = (hours: number) =>
      valuesOf({ jaeger: { retentionHours: hours, volume: VOLUME } }, "jaeger")["jaeger"]?.["podLabels"];
    assert.deepEqual(labels(48), labels(48));
    assert.notDeepEqual(labels(48), labels(72));
  });
});

describe("the collector", () => {
  const exporters = {
    apm: { kind: "datadog", site: "datadoghq.eu", keySecret: { name: "apm", key: "api-key" } },
    other: { kind: "otlp", endpoint: "otel.example.com:4317", keySecret: { name: "other", key: "token" } },
    web: { kind: "otlphttp", endpoint: "https://otel.example.com" },
  };

  it("hands every trace to Jaeger and to each exporter, memory limiter first", () => {
    const { observability } = stackData({ observability: { collector: { exporters } } }).config;
    const config = JSON.parse(JSON.stringify(collectorConfig(observability))) as {
      exporters: Record<string, unknown>;
      service: { pipelines: { traces: Record<string, string[]> } };
    };
    const names = ["otlp_grpc/jaeger", "datadog/apm", "otlp_grpc/other", "otlp_http/web"];
    assert.deepEqual(Object.keys(config.exporters), names);
    assert.deepEqual(config.service.pipelines.traces, {
      receivers: ["otlp"],
      processors: ["memory_limiter", "batch"],
      exporters: names,
    });
  });

  it("takes keys from Secrets through the environment, so that none stands in a value", () => {
    const text = JSON.stringify(valuesOf({ collector: { exporters } }, "opentelemetry-collector"));
    assert.match(text, /"name":"APM_KEY_APM","valueFrom":\{"secretKeyRef":\{"name":"apm","key":"api-key"\}\}/);
    assert.match(text, /"key":"\$\{env:APM_KEY_APM\}"/);
    assert.match(text, /"headers":\{"api-key":"\$\{env:APM_KEY_OTHER\}"\}/);
  });

  it("is left out where there is nowhere to send to", () => {
    const stack = stackData({ observability: { jaeger: { enabled: false } } });
    assert.ok(!addonReleases(stack).some(({ name }) => name === "opentelemetry-collector"));
  });
});

describe("consoles behind the gateway", () => {
  const access = {
    hosts: { grafana: "grafana.example.com", kiali: "kiali.example.com" },
    oidc: {
      issuer: "https://id.example.com",
      authUrl: "https://id.example.com/authorize",
      tokenUrl: "https://id.example.com/token",
      userInfoUrl: "https://id.example.com/userinfo",
      clientId: "mesh",
      clientSecret: { name: "kiali" },
    },
  };

  it("ask the identity provider, with its secret from a Secret", () => {
    const grafana = JSON.stringify(valuesOf({ access }, "grafana"));
    assert.match(grafana, /"client_id":"mesh"/);
    assert.match(grafana, /"secretKeyRef":\{"name":"kiali","key":"oidc-secret"\}/);
    assert.match(JSON.stringify(valuesOf({ access }, "kiali")), /"strategy":"openid"/);
    assert.match(JSON.stringify(valuesOf({}, "kiali")), /"strategy":"token"/);
  });

  it("stand in different zones and on different nodes where there are two", () => {
    const { affinity, topology_spread_constraints: spread } =
      valuesOf({ kiali: { replicas: 2 } }, "kiali")["deployment"] ?? {};
    assert.match(JSON.stringify(affinity), /"pod_anti":.*"topologyKey":"kubernetes\.io\/hostname"/);
    assert.match(JSON.stringify(spread), /"topologyKey":"topology\.kubernetes\.io\/zone"/);
  });

  it("let in those that the stack names, and by the Secret that it names", () => {
    const domains = { ...access, oidc: { ...access.oidc, allowedDomains: ["example.com", "example.org"] } };
    assert.match(
      JSON.stringify(valuesOf({ access: domains }, "grafana")),
      /"allowed_domains":"example\.com example\.org"/,
    );
    const kiali = valuesOf({ access: domains }, "kiali");
    assert.match(JSON.stringify(kiali), /"allowed_domains":\["example\.com","example\.org"\]/);
    assert.equal(kiali["deployment"]?.["secret_name"], "kiali");
    assert.doesNotMatch(JSON.stringify(valuesOf({ access }, "grafana")), /allowed_domains/);
  });

  it("send people back from the identity provider to the host, not to the pod's port", () => {
    assert.deepEqual(valuesOf({ access }, "kiali")["server"], {
      web_fqdn: "kiali.example.com",
      web_schema: "https",
      web_port: "443",
    });
    assert.match(JSON.stringify(valuesOf({ access }, "grafana")), /"root_url":"https:\/\/grafana\.example\.com"/);
  });

  it("link from Kiali to Grafana's dashboards where a browser reaches them, and are silent otherwise", () => {
    const grafana = (observability: Record<string, unknown>) =>
      valuesOf(observability, "kiali")["external_services"]?.["grafana"] ?? {};
    assert.deepEqual(grafana({}), { enabled: false });
    const shown = grafana({ access }) as Record<string, unknown> & { dashboards: { name: string }[] };
    assert.equal(shown["external_url"], "https://grafana.example.com");
    assert.match(JSON.stringify(shown["auth"]), /"password":"secret:grafana-admin:admin-password"/);
    const titles = dashboards("ecommerce", dataPlaneOf(stackData())).map(({ title }) => title);
    assert.ok(shown.dashboards.length > 0 && shown.dashboards.every(({ name }) => titles.includes(name)));
    const elsewhere = grafana({ access: {}, grafana: { address: "https://grafana.corp.example" } });
    assert.deepEqual(Object.keys(elsewhere), ["enabled", "internal_url", "external_url"]);
  });

  it("are shown by HTTPS alone, and not at all by default", () => {
    assert.deepEqual(consoleObjects(stackData()), []);
    const text = JSON.stringify(consoleObjects(stackData({ observability: { access } })));
    assert.match(text, /"protocol":"HTTPS"\},"tls":\{"mode":"SIMPLE","credentialName":"consoles-tls"/);
    assert.match(text, /"hosts":\["grafana\.example\.com","kiali\.example\.com"\]/);
    assert.match(text, /"host":"kiali\.observability\.svc\.cluster\.local","port":\{"number":20001\}/);
    assert.doesNotMatch(text, /"number":80,"name"/);
  });

  it("arrive decrypted where the load balancer ends TLS", () => {
    const tls = { mode: "acm", certificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/0d9c1f6e" };
    const text = JSON.stringify(consoleObjects(stackData({ observability: { access }, traffic: { tls } })));
    assert.match(text, /"port":\{"number":443,"name":"http-consoles","protocol":"HTTP"\}/);
  });
});

describe("network policies of the addons", () => {
  const policies = addonNetworkPolicies(stackData());
  const named = (name: string) => {
    const found = policies.find(({ metadata }) => metadata.name === name);
    assert.ok(found, name);
    return found.spec;
  };

  it("let nobody in first", () => {
    assert.deepEqual(named("deny-all"), { podSelector: {}, policyTypes: ["Ingress"], ingress: [] });
  });

  it("let Grafana, Kiali and Prometheus read Prometheus, and proxies of every namespace reach the collector only", () => {
    const readers = named("prometheus").ingress?.[0];
    assert.deepEqual(
      readers?.from?.map(({ podSelector }) => podSelector?.matchLabels?.["app.kubernetes.io/name"]),
      ["grafana", "kiali", "prometheus"],
    );
    assert.deepEqual(readers.ports, [{ port: 9090, protocol: "TCP" }]);
    assert.deepEqual(named("opentelemetry-collector").ingress?.[0]?.from, [{ namespaceSelector: {} }]);
    const open = policies.filter((policy) => JSON.stringify(policy).includes(`"namespaceSelector":{}`));
    assert.deepEqual(
      open.map(({ metadata }) => metadata.name),
      ["opentelemetry-collector"],
    );
  });

  it("let the gateway in only where a console is shown", () => {
    const gateway = /kubernetes\.io\/metadata\.name":"istio-ingress/;
    assert.doesNotMatch(JSON.stringify(policies), gateway);
    const shown = addonNetworkPolicies(
      stackData({ observability: { access: { hosts: { kiali: "kiali.x.example" } } } }),
    );
    assert.deepEqual(
      shown.filter((policy) => gateway.test(JSON.stringify(policy))).map(({ metadata }) => metadata.name),
      ["kiali"],
    );
  });

  it("leave out what the stack does not install", () => {
    const stack = stackData({ observability: { kiali: { enabled: false } } });
    assert.ok(!addonNetworkPolicies(stack).some(({ metadata }) => metadata.name === "kiali"));
  });
});
