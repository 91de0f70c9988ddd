import type { CanarySpec } from "../../stack/catalog.ts";
import { canaryWeight } from "./split.ts";

/** What a step sets: the phase, or the weight of a canary that has none. */
export type CanaryValue =
  { readonly key: "phase"; readonly value: number } | { readonly key: "weight"; readonly value: number };

/** What the command is asked to do. */
export type CanaryAction =
  { readonly kind: "next" } | { readonly kind: "rollback" } | { readonly kind: "set"; readonly percent: number };

/** What it comes to, or why nothing is to be done. */
export type CanaryStep =
  | { readonly kind: "change"; readonly to: CanaryValue; readonly percent: number }
  | { readonly kind: "refused"; readonly why: string };

/** The value that makes the canary's share what the action asks for. A share that is a phase's is set as that phase. */
export function stepOf(canary: CanarySpec, action: CanaryAction): CanaryStep {
  const now = canaryWeight(canary);
  switch (action.kind) {
    case "next": {
      const percent = nextShare(canary);
      return percent === undefined
        ? {
            kind: "refused",
            why: `${canary.version} already gets ${now} %, the last of its phases (${canary.phases.join(", ")})`,
          }
        : changeTo(canary, percent, now);
    }
    case "rollback":
      return changeTo(canary, 0, now);
    case "set":
      return Number.isInteger(action.percent) && action.percent >= 0 && action.percent <= 100
        ? changeTo(canary, action.percent, now)
        : { kind: "refused", why: `expected a whole per cent from 0 to 100; got ${action.percent}` };
  }
}

/** Share of the next phase; undefined in the last one. */
export function nextShare(canary: CanarySpec): number | undefined {
  const now = canaryWeight(canary);
  return canary.phase === undefined ? canary.phases.find((share) => share > now) : canary.phases[canary.phase];
}

function changeTo(canary: CanarySpec, percent: number, now: number): CanaryStep {
  if (percent === now) {
    return { kind: "refused", why: `${canary.version} already gets ${now} %` };
  }
  const phase = percent === 0 ? 0 : canary.phases.indexOf(percent) + 1;
  const isPhase = canary.phase !== undefined && (percent === 0 || phase > 0);
  return { kind: "change", to: isPhase ? { key: "phase", value: phase } : { key: "weight", value: percent }, percent };
}
