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
    /** File and section of this project that say what to do. */
    readonly runbook: string;
    /** The same as an address, where the stack says at which the file is read. */
    readonly runbook_url?: string;
  };
}

/** Rules that are evaluated together. */
export interface RuleGroup {
  readonly name: string;
  readonly interval: string;
  readonly rules: readonly (RecordingRule | AlertingRule)[];
}

/** What a service promised. */
export interface Objective {
  readonly service: string;
  readonly namespace: string;
  /** Share of requests without a 5xx, in per cent. */
  readonly availabilityPercent: number;
  /** 99 of 100 requests are answered within these milliseconds. */
  readonly latencyMs: number;
}

/** A version that gets a share of the requests beside the one that gets most of them. */
export interface Canary {
  readonly service: string;
  readonly namespace: string;
  readonly stable: string;
  readonly canary: string;
}

/** A service whose metrics have labels of its own. */
export interface Labelled {
  readonly service: string;
  readonly namespace: string;
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
  /** Address of docs/operations.md; undefined where nobody said. */
  readonly runbooks: string | undefined;
  /** Whether plain text is refused in the whole mesh. */
  readonly strict: boolean;
}

/** Labels that tell one service of the mesh from another. */
export const BY_SERVICE = "destination_service_name, destination_service_namespace";

/** An alert with its runbook: the section of docs/operations.md that bears its name. */
export function alert(
  source: Pick<RuleSource, "runbooks">,
  name: string,
  severity: "critical" | "warning",
  rule: { readonly expr: string; readonly for: string; readonly summary: string; readonly description: string },
): AlertingRule {
  const section = `#${name.toLowerCase()}`;
  return {
    alert: name,
    expr: rule.expr,
    for: rule.for,
    labels: { severity },
    annotations: {
      summary: rule.summary,
      description: rule.description,
      runbook: `docs/operations.md${section}`,
      ...(source.runbooks === undefined ? {} : { runbook_url: `${source.runbooks}${section}` }),
    },
  };
}
