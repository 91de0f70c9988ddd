/** Which provider applies the program's Kubernetes resources. */
export interface KubernetesProviderChoice {
  readonly kind: "stand-in";
  /** For the summary. */
  readonly reason: string;
}

/**
 * Always the sandbox's own provider. The official plugin installs charts with its built-in Helm and would need every
 * chart repository to answer; the stand-in refuses foreign API servers and can represent a chart that cannot be had.
 */
export function chooseKubernetesProvider(): KubernetesProviderChoice {
  return { kind: "stand-in", reason: "server-side apply on the local API server" };
}
