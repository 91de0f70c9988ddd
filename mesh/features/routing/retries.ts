import type { RetriesSpec } from "../../stack/catalog.ts";
import { defined } from "../../kubernetes/defined.ts";
import type { Retries } from "../../kubernetes/istio.ts";

/** What Istio is told of retries. */
export function retryPolicy({ attempts, perTryTimeout, retryOn }: RetriesSpec): Retries {
  return defined({ attempts, perTryTimeout, retryOn: retryOn?.join(",") });
}
