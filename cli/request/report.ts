import type { Verdict } from "../../analysis/observation/verdict.ts";
import type { Observation } from "./send-requests.ts";

/** What `mesh request` reports. */
export interface RequestReport {
  /** As it was typed. */
  readonly request: string;
  readonly wanted: number;
  readonly through: string;
  readonly certificate: string | undefined;
  readonly observation: Observation;
  /** Undefined where `explain` does not know the caller. */
  readonly verdict: Verdict | undefined;
}
