import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { StackConfig } from "../../mesh/stack/config.ts";
import type { HelmRelease } from "../../mesh/kubernetes/objects.ts";
import { clusterName } from "../../mesh/kubernetes/names.ts";
import { stackReleases } from "../../mesh/inventory.ts";
import type { StackData } from "../../mesh/stack/stack.ts";
import { replaceFile } from "../processes/replace-file.ts";
import { isIstioChart, layOutCharts, type ChartFiles } from "./layout.ts";
import { whyNoAnswer, type Environment } from "./repository-probe.ts";

/** A release whose chart is not its repository's. */
export interface ReplacedRelease {
  /** Of the release. */
  readonly name: string;
  readonly chart: string;
  /** As the stack names it. */
  readonly version: string;
  /** Why the repository's chart is not there. */
  readonly reason: string;
}

/** A setting of the stack, and what it has to be here. */
export interface ChartSetting {
  /** E.g. `mesh`, `repository`. */
  readonly path: readonly string[];
  readonly directory: string;
}

/** Where a stack's charts come from in the sandbox. */
export interface ChartSources {
  readonly settings: readonly ChartSetting[];
  /** Releases of Istio's own charts that are made from its sources. */
  readonly substituted: readonly ReplacedRelease[];
  /** Releases of placeholders: nothing of what their charts run is there. */
  readonly represented: readonly ReplacedRelease[];
}

/** What {@link chooseChartSources} works with. */
export interface ChartPlace {
  /** Directory of the user's project: relative directories in its settings start there. */
  readonly projectDir: string;
  /** File that keeps which repositories answered, so that a later run does not see other charts because the network came or went. */
  readonly record: string;
  /** Directory of the charts that are laid out. */
  readonly directory: string;
  readonly files: ChartFiles;
  /** The stack has nothing yet: what was recorded of its repositories does not bind. */
  readonly isNew: boolean;
  readonly environment: Environment;
  readonly signal: AbortSignal;
}

/** Why each repository did not answer; null of one that did. */
type Answers = Readonly<Record<string, string | null>>;

/**
 * Decides for each release of a stack whose chart it gets, and lays out the charts that cannot be had. A repository is
 * asked once in a stack's life; a directory that the stack names is used as it is.
 */
export async function chooseChartSources(
  stack: StackData & { readonly name: string },
  place: ChartPlace,
): Promise<ChartSources> {
  const used = chartsOf(stack);
  const answers = await askRepositories(used.map(({ repository }) => repository).filter(isRemote), place);
  const replaced = used.filter(({ repository }) => typeof answers[repository] === "string");
  layOutCharts(place.directory, replaced, place.files);
  const settings = new Map<string, ChartSetting>();
  for (const { path, repository } of used) {
    const wanted = isRemote(repository) ? repository : resolve(place.projectDir, repository);
    const directory = typeof answers[repository] === "string" ? place.directory : wanted;
    if (directory !== repository) {
      settings.set(path.join("."), { path, directory });
    }
  }
  const releases = replaced.map(({ name, chart, version, repository }) => ({
    name,
    chart,
    version,
    reason: answers[repository] ?? "",
  }));
  return {
    settings: [...settings.values()],
    substituted: releases.filter(({ chart }) => isIstioChart(chart)),
    represented: releases.filter(({ chart }) => !isIstioChart(chart)),
  };
}

interface UsedChart extends Pick<HelmRelease, "name" | "chart" | "version" | "repository"> {
  /** The setting that names the repository. */
  readonly path: readonly string[];
}

/** Every release with the setting that its repository is from: the model is asked with a mark in the place of each. */
function chartsOf(stack: StackData & { readonly name: string }): UsedChart[] {
  const marks = new Map<string, { readonly path: readonly string[]; readonly repository: string }>();
  const marked = (value: unknown, path: readonly string[]): unknown => {
    if (typeof value === "string" && path.at(-1) === "repository") {
      const mark = `./${path.join("/")}`;
      marks.set(mark, { path, repository: value });
      return mark;
    }
    return isMap(value)
      ? Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, marked(entry, [...path, key])]))
      : value;
  };
  const config = marked(stack.config, []) as StackConfig;
  return stackReleases({ ...stack, config }, clusterName(stack.name, stack.config)).map(
    ({ name, chart, version, repository }) => {
      const source = marks.get(repository);
      if (source === undefined) {
        throw new Error(`the repository of the release ${name} is no setting`);
      }
      return { name, chart, version, ...source };
    },
  );
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isRemote(repository: string): boolean {
  return /^(https?|oci):/.test(repository);
}

async function askRepositories(repositories: readonly string[], place: ChartPlace): Promise<Answers> {
  const known = place.isNew ? {} : readAnswers(place.record);
  const asked = [...new Set(repositories)].filter((repository) => !(repository in known));
  const fresh = await Promise.all(
    asked.map(async (one) => [one, (await whyNoAnswer(one, place.environment, place.signal)) ?? null] as const),
  );
  const answers = { ...known, ...Object.fromEntries(fresh) };
  replaceFile(place.record, JSON.stringify(answers, undefined, 2));
  return answers;
}

function readAnswers(path: string): Answers {
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Answers) : {};
}
