import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { program } from "../../components/program.ts";
import { CATALOGS } from "../support/catalogs.ts";
import { record, type Registered } from "../support/record.ts";
import { settingsOf, STACKS } from "../support/stacks.ts";

const GOLDEN_DIRECTORY = import.meta.dirname;

/** Texts longer than this (dashboards) would hide everything else: their digest stands for them. */
const LONG_TEXT = 4000;

/** Mark of a secret in what the SDK sends to the engine. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

interface Variant {
  readonly stack: string;
  readonly settings: Record<string, string>;
  /** Which entries are recorded, by their URN. Default: all. */
  readonly only?: RegExp;
}

/** Stacks with other settings: graphs that no shipped stack shows. Of another catalog, the application alone. */
const VARIANTS: Readonly<Record<string, Variant>> = {
  "local-ambient": { stack: "local", settings: withSettings("local", { mesh: { mode: "ambient" } }) },
  // More pods than the stack's own nodes take.
  "local-istio-csr": {
    stack: "local",
    settings: withSettings("local", {
      mesh: { istioCsr: { enabled: true } },
      platform: { nodes: { count: 5, cpu: "4", memory: "8Gi", zones: 3 } },
    }),
  },
  "local-gateway-api": { stack: "local", settings: withSettings("local", { mesh: { gatewayApi: true } }) },
  ...Object.fromEntries(
    CATALOGS.filter((name) => name !== "ecommerce").map((name) => [`local-${name}`, withCatalog("local", name)]),
  ),
};

/** Every recorded graph: that of each stack, and of each variant. */
export const GRAPHS: readonly string[] = [...STACKS, ...Object.keys(VARIANTS)];

/** A stack's settings with some keys of some concerns set otherwise. */
function withSettings(stack: string, changes: Readonly<Record<string, object>>): Record<string, string> {
  const settings = settingsOf(stack);
  const changed = Object.entries(changes).map(([concern, change]) => {
    const key = `ecommerce-mesh:${concern}`;
    return [key, JSON.stringify({ ...(JSON.parse(settings[key] ?? "{}") as object), ...change })];
  });
  return { ...settings, ...Object.fromEntries(changed) } as Record<string, string>;
}

function withCatalog(stack: string, name: string): Variant {
  const settings = { ...settingsOf(stack), "ecommerce-mesh:catalog": JSON.stringify({ name }) };
  return { stack, settings, only: /^ecommerce-mesh:(workloads|security|traffic):/ };
}

/** The graph of a stack, or of a variant, as text: one entry a resource, sorted, secrets masked. What reviewers see of a change. */
export async function graphOf(graph: string): Promise<string> {
  const { stack, settings, only }: Variant = VARIANTS[graph] ?? { stack: graph, settings: settingsOf(graph) };
  const registered = await record(() => program(), { stack, settings });
  const entries = registered
    .filter(({ type }) => type !== "pulumi:pulumi:Stack")
    .map(entryOf)
    .sort((one, other) => (one.urn < other.urn ? -1 : 1));
  return `${JSON.stringify(only === undefined ? entries : entries.filter(({ urn }) => only.test(urn)), null, 2)}\n`;
}

/** The recorded graph of a stack. */
export function readGolden(stack: string): string {
  return readFileSync(goldenFile(stack), "utf8");
}

/** Records a graph anew. */
export function writeGolden(stack: string, graph: string): void {
  writeFileSync(goldenFile(stack), graph);
}

function goldenFile(stack: string): string {
  return join(GOLDEN_DIRECTORY, `${stack}.json`);
}

/** Dependencies are left out: tests/components/order.test.ts states the ones that matter, by name. */
function entryOf({ urn, parent, provider, protect, inputs }: Registered) {
  return {
    urn: short(urn),
    ...(parent === undefined ? {} : { parent: short(parent) }),
    ...(provider === undefined ? {} : { provider: short(provider) }),
    ...(protect ? { protect } : {}),
    inputs: masked(inputs),
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
