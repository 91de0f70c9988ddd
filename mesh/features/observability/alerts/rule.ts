import type { DataPlane } from "../../data-plane/data-plane.ts";

/** A rule of Prometheus that records a series. */
export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

/** A rule of Prometheus that alerts. */
export interface AlertingRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: "critical" | "warning" };
  readonly annotations: {
    readonly summary: string;
    readonly description: string;
    /** File and section of this project that explain what to do. */
    readonly runbook: string;
    /** The same as an address, where the stack configures one. */
    readonly runbook_url?: string;
  };
}

/** Rules that are evaluated together. */
export interface RuleGroup {
  readonly name: string;
  readonly interval: string;
  readonly rules: readonly (RecordingRule | AlertingRule)[];
}

/** A service of the catalog, by the labels that its requests carry. */
interface Named {
  readonly service: string;
  readonly namespace: string;
}

/** What a service promised. */
export interface Objective extends Named {
  /** Share of requests without a 5xx, in per cent. */
  readonly availabilityPercent: number;
  /** 99 of 100 requests are answered within these milliseconds. */
  readonly latencyMs: number;
}

/** A version that gets a share of the requests beside the one that gets most of them. */
export interface Canary extends Named {
  readonly stable: string;
  readonly canary: string;
}

/** A service whose metrics have labels of its own. */
export interface Labelled extends Named {
  /** Labels beyond Istio's. */
  readonly labels: readonly string[];
}

/** What rules are made from. */
export interface RuleSource {
  /** Decides which proxies count requests. */
  readonly plane: DataPlane;
  readonly objectives: readonly Objective[];
  readonly canaries: readonly Canary[];
  readonly labelled: readonly Labelled[];
  /** Namespace of the application, in which plain text is not expected. */
  readonly namespace: string;
  /** Namespaces of the gateways. */
  readonly gatewayNamespaces: readonly string[];
  /** Address of docs/operations.md; undefined where none is configured. */
  readonly runbooks: string | undefined;
  /** Whether plain text is refused in the whole mesh. */
  readonly strict: boolean;
}

/** Labels that tell one service of the mesh from another. */
export const BY_SERVICE = "destination_service_name, destination_service_namespace";

/** Matchers of the requests to one service. */
export function requestsTo({ service, namespace }: Named): string {
  return `destination_service_name="${service}", destination_service_namespace="${namespace}"`;
}

/** An alert with its runbook: the section of docs/operations.md that bears its name. */
export function alert(
  { runbooks }: RuleSource,
  name: string,
  severity: "critical" | "warning",
  rule: Pick<AlertingRule, "expr" | "for"> & Pick<AlertingRule["annotations"], "summary" | "description">,
): AlertingRule {
  const { expr, for: lasting, summary, description } = rule;
  const section = `#${name.toLowerCase()}`;
  const annotations = { summary, description, runbook: `docs/operations.md${section}` };
  return {
    alert: name,
    expr,
    for: lasting,
    labels: { severity },
    annotations: runbooks === undefined ? annotations : { ...annotations, runbook_url: `${runbooks}${section}` },
  };
}
