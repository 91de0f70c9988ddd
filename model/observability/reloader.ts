import type { Resources } from "../../config/schema/common.ts";

/**
 * The container beside Prometheus and Alertmanager that has them read changed rules. The chart kube-prometheus-stack asks
 * for nothing unless told. Source: flags of prometheus-operator v0.93.1, config-reloader-cpu-request 10m and -memory-request 50Mi.
 */
export const RELOADER: Resources = {
  requests: { cpu: "10m", memory: "50Mi" },
  limits: { cpu: "100m", memory: "100Mi" },
};
