import type { RetriesSpec } from "../../config/schema/catalog.ts";
import { defined } from "../defined.ts";
import type { Retries } from "./types.ts";

/** What Istio is told of retries. */
export function retryPolicy({ attempts, perTryTimeout, retryOn }: RetriesSpec): Retries {
  return defined({ attempts, perTryTimeout, retryOn: retryOn?.join(",") });
}
