import type { AnalysisSpec } from "../../mesh/features/canary/schema/canary.ts";
import { verdictOf, type Measurement, type Verdict } from "../../mesh/features/canary/verdict.ts";
import type { CanaryAction } from "../../mesh/features/canary/steps.ts";

/** What a rollout needs from outside. */
export interface RolloutWorld {
  /** Share that the canary has by the stack's file, in per cent; read each time. */
  percent(): number;
  /** Whether there is a further phase. */
  hasNext(): boolean;
  /** Writes the step into the file. A rollback's reason is remembered before anything else happens. */
  write(action: CanaryAction, why?: string): void;
  /** Makes the stack follow the file; changes nothing where it does already. */
  apply(): Promise<void>;
  /** @throws Error when Prometheus does not answer */
  measure(): Promise<Measurement>;
  /** @throws when the run is interrupted */
  sleep(seconds: number): Promise<void>;
  say(line: string): void;
  /** A rollback that an interrupted run decided and did not finish. */
  readonly unfinishedRollback: string | undefined;
}

/** How it ended. */
export interface RolloutEnd {
  readonly kind: "advanced" | "complete" | "rolledBack";
  readonly percent: number;
  readonly why: string;
}

/**
 * Gives a canary more requests, phase by phase, as long as it keeps to its thresholds, and rolls it back when it does not.
 * Everything that decides stands in the stack's file and in the journal, so a run that was ended goes on where it was.
 * @param toTheEnd all phases, and a last look at the last one; otherwise one look and one phase
 */
export async function rollOut(world: RolloutWorld, analysis: AnalysisSpec, toTheEnd: boolean): Promise<RolloutEnd> {
  if (world.unfinishedRollback !== undefined) {
    world.say(`finishing the rollback: ${world.unfinishedRollback}`);
    return finishRollback(world, world.unfinishedRollback);
  }
  if (toTheEnd) {
    // An earlier run may have been ended between the file and the stack.
    await world.apply();
  }
  for (;;) {
    // Without requests there is nothing to look at.
    if (world.percent() > 0) {
      const verdict = await judge(world, analysis);
      world.say(`${world.percent()} %: ${verdict.says}`);
      if (verdict.kind !== "pass") {
        const why = `at ${world.percent()} %: ${verdict.says}`;
        world.write({ kind: "rollback" }, why);
        return finishRollback(world, why);
      }
    }
    if (!world.hasNext()) {
      return { kind: "complete", percent: world.percent(), why: "the last phase keeps to its thresholds" };
    }
    world.write({ kind: "next" });
    world.say(`${world.percent()} %: applying`);
    await world.apply();
    if (!toTheEnd) {
      return { kind: "advanced", percent: world.percent(), why: "the canary keeps to its thresholds" };
    }
  }
}

/** Waits for a window and looks; where nothing can be said, again and again, but not for ever. */
async function judge(world: RolloutWorld, analysis: AnalysisSpec): Promise<Verdict> {
  let last: Verdict = { kind: "unknown", says: "" };
  for (let window = 1; window <= analysis.maximumWindows; window += 1) {
    world.say(`${world.percent()} %: watching for ${analysis.windowSeconds} s`);
    await world.sleep(analysis.windowSeconds);
    last = await look(world, analysis);
    if (last.kind !== "unknown") {
      return last;
    }
    world.say(`${world.percent()} %: ${last.says} (window ${window} of ${analysis.maximumWindows})`);
  }
  return { kind: "fail", says: `nothing can be said after ${analysis.maximumWindows} windows: ${last.says}` };
}

async function look(world: RolloutWorld, analysis: AnalysisSpec): Promise<Verdict> {
  try {
    return verdictOf(analysis, await world.measure());
  } catch (error) {
    return { kind: "unknown", says: error instanceof Error ? error.message : String(error) };
  }
}

async function finishRollback(world: RolloutWorld, why: string): Promise<RolloutEnd> {
  await world.apply();
  return { kind: "rolledBack", percent: world.percent(), why };
}
