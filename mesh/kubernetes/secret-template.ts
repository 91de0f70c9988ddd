import type { Metadata } from "./objects.ts";

/** A Secret without its values: those exist only in the engine's encrypted state and in the cluster. */
export interface SecretTemplate {
  readonly metadata: Metadata;
  readonly type: "Opaque" | "kubernetes.io/tls";
  /** Keys of the data. */
  readonly keys: readonly string[];
}
