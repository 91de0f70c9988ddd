import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { program } from "../../components/program.ts";
import { CATALOGS } from "../support/catalogs.ts";
import { record, type Registered } from "../support/record.ts";
import { settingsOf } from "../support/stacks.ts";
import { differencesText, type Entry, factsOf, factsText } from "./facts.ts";

const GOLDEN_DIRECTORY = import.meta.dirname;

/** Texts longer than this (dashboards) would hide everything else: their digest stands for them. */
const LONG_TEXT = 4000;

/** Mark of a secret in what the SDK sends to the engine. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

interface Graph {
  readonly stack: string;
  readonly settings: Record<string, string>;
  /** The graph whose differences are recorded. Default: none, and everything is recorded. */
  readonly base?: string;
  /** Which entries are recorded, by their URN. Default: all. */
  readonly only?: RegExp;
}

/**
 * Recorded graphs by name. The stack with most on each platform is a base, recorded whole; other stacks, and settings that no
 * shipped stack has, are differences from it. Of another catalog, the application alone, whole.
 */
const GRAPHS_BY_NAME: Readonly<Record<string, Graph>> = {
  prod: ofStack("prod"),
  staging: ofStack("staging", "prod"),
  dev: ofStack("dev", "prod"),
  local: ofStack("local"),
  "local-ambient": ofLocalWith({ mesh: { mode: "ambient" } }),
  // More pods than the stack's own nodes take.
  "local-istio-csr": ofLocalWith({
    mesh: { istioCsr: { enabled: true } },
    platform: { nodes: { count: 5, cpu: "4", memory: "8Gi", zones: 3 } },
  }),
  "local-gateway-api": ofLocalWith({ mesh: { gatewayApi: true } }),
  ...Object.fromEntries(
    CATALOGS.filter((name) => name !== "ecommerce").map((name) => [`local-${name}`, ofLocalCatalog(name)]),
  ),
};

/** Names of all recorded graphs. */
export const GRAPHS: readonly string[] = Object.keys(GRAPHS_BY_NAME);

function ofStack(stack: string, base?: string): Graph {
  return { stack, settings: settingsOf(stack), base };
}

/** The stack local with some keys of some concerns set otherwise. */
function ofLocalWith(changes: Readonly<Record<string, object>>): Graph {
  const settings = settingsOf("local");
  const changed = Object.entries(changes).map(([concern, change]) => {
    const key = `ecommerce-mesh:${concern}`;
    return [key, JSON.stringify({ ...(JSON.parse(settings[key] ?? "{}") as object), ...change })] as const;
  });
  return { stack: "local", settings: { ...settings, ...Object.fromEntries(changed) }, base: "local" };
}

function ofLocalCatalog(name: string): Graph {
  const settings = { ...settingsOf("local"), "ecommerce-mesh:catalog": JSON.stringify({ name }) };
  return { stack: "local", settings, only: /^ecommerce-mesh:(workloads|security|traffic):/ };
}

/** What the program registers, one entry a resource, sorted, secrets masked. */
export async function entriesOf(name: string): Promise<Entry[]> {
  const { stack, settings, only = /./ } = graphNamed(name);
  const registered = await record(() => program(), { stack, settings });
  return registered
    .filter(({ type }) => type !== "pulumi:pulumi:Stack")
    .map(entryOf)
    .filter(({ urn }) => only.test(urn))
    .sort((one, other) => (one.urn < other.urn ? -1 : 1));
}

/** A graph as it is recorded: what reviewers see of a change. */
export async function goldenText(name: string): Promise<string> {
  const { base } = graphNamed(name);
  const facts = factsOf(await entriesOf(name));
  return base === undefined ? factsText(facts) : differencesText(factsOf(await entriesOf(base)), facts);
}

/** The recorded text of a graph. */
export function readGolden(name: string): string {
  return readFileSync(goldenFile(name), "utf8");
}

/** Replaces the recorded text of a graph. */
export function writeGolden(name: string, text: string): void {
  writeFileSync(goldenFile(name), text);
}

function goldenFile(name: string): string {
  return join(GOLDEN_DIRECTORY, `${name}.txt`);
}

function graphNamed(name: string): Graph {
  const graph = GRAPHS_BY_NAME[name];
  assert.ok(graph !== undefined, `no graph ${name}`);
  return graph;
}

/** Dependencies are left out: tests/components/order.test.ts states the ones that matter, by name. */
function entryOf({ urn, parent, provider, protect, inputs }: Registered): Entry {
  return {
    urn: short(urn),
    ...(parent === undefined ? {} : { parent: short(parent) }),
    ...(provider === undefined ? {} : { provider: short(provider) }),
    ...(protect ? { protect } : {}),
    inputs: masked(inputs) as Entry["inputs"],
  };
}

/** A URN without project and stack, which are the same in every line. */
function short(urn: string): string {
  return urn.split("::").slice(2).join("::");
}

function masked(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(masked);
  }
  if (typeof value === "string" && value.length > LONG_TEXT) {
    return `[${value.length} characters, sha256 ${createHash("sha256").update(value).digest("hex").slice(0, 16)}]`;
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if ((value as Record<string, unknown>)[SIGNATURE] === SECRET) {
    return "[secret]";
  }
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, masked(inner)]));
}
