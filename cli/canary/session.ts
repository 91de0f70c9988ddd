import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readStackFile, type Stack } from "../../mesh/load/load.ts";
import { nearest } from "../../mesh/stack/nearest.ts";
import type { CanarySpec } from "../../mesh/stack/catalog.ts";
import { stepOf, type CanaryAction } from "../../mesh/features/canary/steps.ts";
import { canaryWeight } from "../../mesh/features/canary/split.ts";
import { stackPaths, type Places } from "../../sandbox/driver/paths.ts";
import { assertClean, digestOf, journalPath, readJournal, writeJournal, type Journal } from "./journal.ts";
import { withCanary } from "./settings-file.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

/** A canary of a stack: what stands in the files now, and changes of it. */
export class CanarySession {
  readonly #places: Places;
  readonly #journalPath: string;
  readonly stackName: string;
  readonly service: string;

  /** @throws ConfigError for a mistake in the files; CommandError `canary.none` for a service without a canary */
  constructor(places: Places, stackName: string, service: string) {
    this.#places = places;
    this.stackName = stackName;
    this.service = service;
    this.#journalPath = journalPath(stackPaths(places, stackName).dir, service);
    this.spec();
  }

  /** The stack as its files say it now. */
  stack(): Stack {
    return readStackFile(this.#places.projectDir, this.stackName);
  }

  /** The canary as the files say it now. */
  spec(): CanarySpec {
    const { catalog } = this.stack();
    const found = catalog.services[this.service];
    if (found?.canary !== undefined) {
      return found.canary;
    }
    const withOne = Object.keys(catalog.services).filter((name) => catalog.services[name]?.canary !== undefined);
    const known = withOne.length === 0 ? "none has" : `those that have: ${withOne.join(", ")}`;
    const match = nearest(this.service, Object.keys(catalog.services));
    throw found === undefined
      ? new CommandError(
          "canary.none",
          `${catalog.name} has no service named ${this.service}; nothing was changed`,
          match === undefined ? `Services with a canary: ${known}.` : `Did you mean ${match}?`,
        )
      : new CommandError(
          "canary.none",
          `${this.service} has no canary (${known}); nothing was changed`,
          "Give it one: services.<name>.canary with version and phase; docs/traffic.md shows how.",
        );
  }

  /** Share of the canary, in per cent. */
  percent(): number {
    return canaryWeight(this.spec());
  }

  journal(): Journal | undefined {
    return readJournal(this.#journalPath);
  }

  /**
   * Refuses what must not be touched: a project with changes of somebody else, a split that another controller shifts.
   * @throws CommandError
   */
  async assertChangeable(): Promise<void> {
    const { catalog, file } = this.stack();
    const manager = catalog.services[this.service]?.trafficManagedBy;
    if (manager !== undefined) {
      throw new CommandError(
        "canary.managed",
        `${manager} shifts the weights of ${this.service} (trafficManagedBy); nothing was changed`,
        `Steer it there, or take services.${this.service}.trafficManagedBy away.`,
      );
    }
    await assertClean(this.#places.projectDir, file, this.journal());
  }

  /**
   * Writes a step into the stack's file. A text that the program would refuse is not kept.
   * @param why reason of a rollback, remembered until the stack follows
   * @throws CommandError `canary.step`; ConfigError
   */
  write(action: CanaryAction, why?: string): { readonly from: number; readonly to: number; readonly path: string } {
    const spec = this.spec();
    const step = stepOf(spec, action);
    if (step.kind === "refused") {
      throw new CommandError("canary.step", `${this.service}: ${step.why}; nothing was changed`);
    }
    const { file, config } = this.stack();
    const path = join(this.#places.projectDir, file);
    const before = readFileSync(path, "utf8");
    const place = {
      service: this.service,
      current: spec.phase === undefined ? ("weight" as const) : ("phase" as const),
      catalogFile: `catalogs/${config.catalog.name}.yaml`,
    };
    const after = withCanary(before, place, step.to);
    // First the journal: a rollback whose reason is known is finished by the next run, also if this one ends here.
    writeJournal(this.#journalPath, {
      digest: digestOf(after),
      ...(why === undefined ? {} : { rollback: { why, applied: false } }),
    });
    writeFileSync(path, after);
    try {
      this.stack();
    } catch (error) {
      writeFileSync(path, before);
      throw error;
    }
    return { from: canaryWeight(spec), to: step.percent, path: `services.${this.service}.canary.${step.to.key}` };
  }

  /** Remembers that the stack follows its file. */
  markApplied(): void {
    const journal = this.journal();
    if (journal?.rollback !== undefined && !journal.rollback.applied) {
      writeJournal(this.#journalPath, { ...journal, rollback: { ...journal.rollback, applied: true } });
    }
  }
}
