import { problemIf, problemUnless, type Problem } from "../../stack/errors.ts";
import { formatPath, parsePath } from "../../stack/paths.ts";
import type { CustomTag } from "./schema/observability.ts";
import type { StackConfig } from "../../stack/config.ts";
import { isAmbient } from "../data-plane/waypoint.ts";
import { replicasOf } from "../../stack/replicas.ts";
import { isInstalled } from "./addons/addresses.ts";
import { daysThatFit, gibForDays } from "./volume.ts";
import type { StackData } from "../../stack/stack.ts";
import type { Check } from "../../stack/check.ts";

/** Whoever reads finds what it reads from, whatever is kept fits, and no exporter, tag or console lacks a part. */
export const checkObservability: Check = (stack) => [
  ...checkSources(stack.config),
  ...checkKind(stack.config),
  ...checkRetention(stack),
  ...checkManagedPrometheus(stack.config),
  ...checkExporters(stack.config),
  ...checkTags(stack),
  ...checkConsoles(stack.config),
];

/** What an addon reads from is there: installed, or elsewhere under an address. */
function checkSources({ observability }: StackConfig): Problem[] {
  const { prometheus, grafana, kiali } = observability;
  if (prometheus.enabled || prometheus.address !== undefined) {
    return [];
  }
  return Object.entries({ grafana, kiali })
    .filter(([, addon]) => addon.enabled && addon.address === undefined)
    .map(([name]) => ({
      path: "observability.prometheus.enabled",
      message: `expected true, because observability.${name} reads from Prometheus; got false`,
      remediation: "or give observability.prometheus.address",
    }));
}

/** What only the operator does. */
function checkKind({ observability }: StackConfig): Problem[] {
  const { prometheus, alertmanager } = observability;
  if (prometheus.kind === "operator") {
    return [];
  }
  return [
    ...problemIf(
      prometheus.replicas > 1,
      "observability.prometheus.replicas",
      `expected 1 with kind server, whose one pod owns the data; got ${prometheus.replicas}`,
      "take kind operator for more",
    ),
    ...problemIf(
      alertmanager.configSecret !== undefined,
      "observability.alertmanager.configSecret",
      "expected kind operator of observability.prometheus, which reads the Secret; got kind server",
    ),
  ];
}

/** The metrics of so many days fit on the volume, by an estimate of what the proxies count. */
function checkRetention(stack: StackData): Problem[] {
  const { prometheus } = stack.config.observability;
  const { volume, retentionDays } = prometheus;
  if (!isInstalled(prometheus) || !volume.enabled) {
    return [];
  }
  const proxies = proxiesAtTheTop(stack);
  const days = daysThatFit(volume, proxies);
  return problemIf(
    days < retentionDays,
    "observability.prometheus.retentionDays",
    `expected at most ${days}, because the metrics of ${proxies} proxies fill ${volume.size} in that time; got ${retentionDays}`,
    `or raise observability.prometheus.volume.size to ${gibForDays(retentionDays, proxies)}Gi`,
  );
}

/** Sidecars or waypoints, and gateways, when every autoscaler is at its top. */
function proxiesAtTheTop({ config, catalog }: StackData): number {
  const { ingressGateway, egressGateway } = config.mesh;
  const { ambient } = config.mesh;
  const sidecars = isAmbient(config.mesh)
    ? [ambient.waypoint.replicas.max]
    : Object.values(catalog.services).flatMap((service) =>
        Object.values(service.versions).map((version) => replicasOf(service, version).max),
      );
  const gateways = [ingressGateway.replicas.max, egressGateway.enabled ? egressGateway.replicas.max : 0];
  return [...sidecars, ...gateways].reduce((total, pods) => total + pods, 0);
}

/** Amazon's service is written to with rights that only pods on EKS have. */
function checkManagedPrometheus({ observability, platform }: StackConfig): Problem[] {
  return problemUnless(
    observability.prometheus.amazonManagedPrometheus === undefined || platform.kind === "eks",
    "observability.prometheus.amazonManagedPrometheus",
    `expected platform.kind eks, whose pods get the right to write; got ${platform.kind}`,
    "elsewhere, use observability.prometheus.remoteWrite with a proxy that signs",
  );
}

function checkExporters({ observability }: StackConfig): Problem[] {
  const { enabled, exporters } = observability.collector;
  const names = Object.keys(exporters);
  const path = (name: string) => `observability.collector.exporters.${name}`;
  return [
    ...names
      .filter((name) => exporters[name]?.kind === "datadog" && exporters[name].keySecret === undefined)
      .map((name) => ({
        path: `${path(name)}.keySecret`,
        message: "expected the Secret that holds the API key, because Datadog refuses traces without one; got nothing",
        remediation: "keySecret: { name: apm, key: api-key }, a Secret in the namespace observability",
      })),
    ...problemUnless(
      enabled || names.length === 0,
      "observability.collector.enabled",
      `expected true, because the exporter ${names[0] ?? ""} runs in the collector; got false`,
    ),
  ];
}

/** Every tag of a span takes its value from exactly one place. */
function checkTags({ config, catalog }: StackData): Problem[] {
  return [
    ...tagProblems("observability.tracing.customTags", config.observability.tracing.customTags),
    ...Object.entries(catalog.services).flatMap(([name, { telemetry }]) =>
      tagProblems(`services.${name}.telemetry.customTags`, telemetry.customTags),
    ),
  ];
}

function tagProblems(path: string, tags: Readonly<Record<string, CustomTag>>): Problem[] {
  return Object.entries(tags).flatMap(([name, tag]) => {
    const sources = (["header", "environment", "literal"] as const).filter((source) => tag[source] !== undefined);
    if (sources.length === 1 && !(tag.literal !== undefined && tag.default !== undefined)) {
      return [];
    }
    const got =
      sources.length === 0
        ? "no source"
        : [...sources, ...(tag.default === undefined ? [] : ["default"])].join(" and ");
    return [
      {
        path: formatPath([...parsePath(path), name]),
        message: `expected exactly one of header, environment and literal (a default only beside the first two); got ${got}`,
        remediation: `for example { header: x-${name.replaceAll(/[_.]/g, "-")} }`,
      },
    ];
  });
}

/** Where Kiali finds its client's secret. Source: kiali v2.29.0, config/config.go. */
const KIALI_KEY = "oidc-secret";

/** A console that the gateway shows asks who comes in, and is there. */
function checkConsoles({ observability, traffic }: StackConfig): Problem[] {
  const { hosts, oidc } = observability.access;
  return (["grafana", "kiali"] as const).flatMap((console) => {
    const host = hosts[console];
    if (host === undefined) {
      return [];
    }
    const path = `observability.access.hosts.${console}`;
    return [
      ...problemIf(
        oidc === undefined,
        "observability.access.oidc",
        `expected an identity provider, because ${path} shows a console to the world; got nothing`,
        "or leave the host out and use `npm run mesh -- open <stack> " + console + "`",
      ),
      ...problemUnless(
        isInstalled(observability[console]),
        path,
        `expected observability.${console} to be installed by this stack; got a host without it`,
      ),
      ...problemIf(
        console === "kiali" && oidc !== undefined && oidc.clientSecret.key !== KIALI_KEY,
        "observability.access.oidc.clientSecret.key",
        `expected ${KIALI_KEY}, the one key that Kiali reads; got ${oidc?.clientSecret.key ?? ""}`,
        `keep the client's secret under ${KIALI_KEY} in the Secret ${oidc?.clientSecret.name ?? ""}`,
      ),
      ...problemIf(
        traffic.hosts?.includes(host) === true,
        path,
        `expected a host of its own; got ${host}, which traffic.hosts has too`,
      ),
    ];
  });
}
