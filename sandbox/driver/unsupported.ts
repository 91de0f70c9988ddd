import { ConfigError } from "../../mesh/stack/errors.ts";
import type { Stack } from "../../mesh/load/load.ts";

/**
 * Refuses, before anything starts, what the sandbox would wait for in vain.
 * @throws ConfigError
 */
export function assertCanRun({ file, config }: Pick<Stack, "file" | "config">): void {
  if (config.mesh.istioCsr.enabled) {
    const message =
      "cert-manager and istio-csr are placeholders in the sandbox and sign nothing: no istiod would start";
    const remediation = "set it to false to bring the stack up here; preview and render take it as it is";
    throw new ConfigError(file, [{ path: "mesh.istioCsr.enabled", message, remediation }]);
  }
}
