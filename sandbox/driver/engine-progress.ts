import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import type { Progress } from "../contracts.ts";
import { shortName } from "./errors.ts";

/**
 * Tells of the engine's work as it goes: how many resources are done, and which one was the last.
 * @param expected resources that the state holds already: the total is at least this.
 */
export function engineProgress(phase: string, expected: number, progress: Progress): (event: EngineEvent) => void {
  const begun = new Set<string>();
  const done = new Set<string>();
  return (event) => {
    const started = event.resourcePreEvent?.metadata;
    const finished = event.resOutputsEvent?.metadata;
    if (started !== undefined) {
      begun.add(started.urn);
      // Nothing else is reported of a resource that stays as it is.
      if (started.op === "same") {
        done.add(started.urn);
      }
    }
    if (finished !== undefined) {
      done.add(finished.urn);
    }
    const urn = finished?.urn ?? (started?.op === "same" ? started.urn : undefined);
    if (urn !== undefined) {
      progress({ phase, message: shortName(urn), done: done.size, total: Math.max(begun.size, expected) });
    }
  };
}
