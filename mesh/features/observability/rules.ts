import { dataPlaneOf } from "../data-plane/data-plane-of.ts";
import { canaryAlerts, versionRecordings } from "./alerts/canary.ts";
import { controlPlaneAlerts } from "./alerts/control-plane.ts";
import { ambientAlerts, dataPlaneAlerts } from "./alerts/data-plane.ts";
import { outcomeRecordings } from "./alerts/outcomes.ts";
import type { Canary, Labelled, RuleGroup, RuleSource } from "./alerts/rule.ts";
import { errorRatioRecordings, serviceAlerts } from "./alerts/services.ts";
import { NAMESPACES } from "../../kubernetes/names.ts";
import type { HelmValue } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";
import { splitOf } from "../canary/split.ts";
import { extraLabels } from "./telemetry/telemetry.ts";

export type { RuleGroup, RuleSource } from "./alerts/rule.ts";

/** Time between evaluations of the rules. */
export const RULE_INTERVAL = "30s";

/** Every rule of the mesh. Groups of recordings come first: alerts read them. */
export function ruleGroups(source: RuleSource): RuleGroup[] {
  const groups = {
    recordings: [...errorRatioRecordings(source), ...versionRecordings(source), ...outcomeRecordings(source)],
    services: [...serviceAlerts(source), ...canaryAlerts(source)],
    "control-plane": controlPlaneAlerts(source),
    "data-plane": [...dataPlaneAlerts(source), ...ambientAlerts(source)],
  };
  return Object.entries(groups).map(([name, rules]) => ({ name: `mesh-${name}`, interval: RULE_INTERVAL, rules }));
}

/** The rules as both charts of Prometheus take them. */
export function ruleValues(source: RuleSource): HelmValue {
  return ruleGroups(source).map(({ rules, ...group }) => ({ ...group, rules: rules.map((rule) => ({ ...rule })) }));
}

/** A stack's catalog and objectives, as rules need them. */
export function ruleSource(stack: StackData): RuleSource {
  const { config, catalog } = stack;
  const plane = dataPlaneOf(stack);
  const { alerts } = config.observability;
  const { namespace } = catalog;
  return {
    plane,
    objectives: Object.entries(catalog.services).map(([service, { telemetry }]) => ({
      service,
      namespace,
      availabilityPercent: telemetry.slo.availabilityPercent ?? alerts.availabilityPercent,
      latencyMs: telemetry.slo.latencyMs ?? alerts.latencyMs,
    })),
    canaries: canariesOf(catalog),
    labelled: labelledServices(catalog),
    namespace,
    // Where no pod has a sidecar, the one proxy of the application's namespace is the waypoint.
    gatewayNamespaces: [
      NAMESPACES.ingress,
      NAMESPACES.egress,
      ...(plane.sharedProxies().length > 0 ? [namespace] : []),
    ],
    runbooks: alerts.runbooks,
    strict: config.security.mtls === "STRICT",
  };
}

/** Services that count their requests by labels beyond Istio's. */
function labelledServices({ namespace, services }: StackData["catalog"]): Labelled[] {
  return Object.entries(services).flatMap(([service, { telemetry }]) => {
    const labels = extraLabels(
      telemetry.metrics.filter(({ metric, disabled }) => !disabled && /^(REQUEST_COUNT|ALL_METRICS)$/.test(metric)),
    );
    return labels.length === 0 ? [] : [{ service, namespace, labels }];
  });
}

/**
 * The canary that a service declares beside its stable version; else each of the other versions beside the one with the
 * largest share.
 */
function canariesOf({ namespace, services }: StackData["catalog"]): Canary[] {
  return Object.entries(services).flatMap(([service, spec]) => {
    const shares = splitOf(spec).sort((one, other) => other.weight - one.weight);
    const declared = spec.canary?.version;
    const stable = shares.find(({ version }) => version !== declared)?.version;
    return stable === undefined
      ? []
      : shares
          .filter(({ version }) => version !== stable && (declared === undefined || version === declared))
          .map(({ version }) => ({ service, namespace, stable, canary: version }));
  });
}
