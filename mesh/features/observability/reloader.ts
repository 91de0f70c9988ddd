import type { Resources } from "../../schema/common.ts";

/**
 * The container that has Prometheus read changed rules, and the operator's Alertmanager a changed configuration. Both charts
 * ask for nothing unless told. Source: defaults of the operator itself, its Documentation/platform/operator.md,
 * config-reloader-cpu-request 10m and config-reloader-memory-request 50Mi.
 */
export const RELOADER: Resources = {
  requests: { cpu: "10m", memory: "50Mi" },
  limits: { cpu: "100m", memory: "100Mi" },
};
