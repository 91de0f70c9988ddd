import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { readStackFile } from "../../load/load.ts";
import type { HelmRelease, HelmValue, HelmValues } from "../../kubernetes/objects.ts";
import { stackReleases } from "../../inventory.ts";
import { AUTHORITY_CERTIFICATE } from "../../../tests/support/authority.ts";
import { stackData } from "../../../tests/support/stack-data.ts";
import { PROJECT_DIRECTORY, STACKS } from "../../../tests/support/stacks.ts";

/** Facts of the charts: which keys they know. Key paths only; see the file's own comment for source, version and date. */
interface ChartFacts {
  readonly charts: Readonly<Record<string, readonly string[]>>;
  readonly commented: Readonly<Record<string, readonly string[]>>;
  readonly meshConfig: readonly string[];
  readonly proxyConfig: readonly string[];
}

const FACTS = JSON.parse(
  readFileSync(new URL("../../../tests/support/istio-chart-values.json", import.meta.url), "utf8"),
) as ChartFacts;

/** Every key that any configuration sets. */
const EVERYTHING = {
  mesh: {
    version: "1.31.2",
    hub: "registry.example.com/istio",
    istiod: { jwksRootCertificates: AUTHORITY_CERTIFICATE },
    defaultTrafficPolicy: {},
    internalGateway: { enabled: true },
    proxy: { stats: { inclusionPrefixes: ["cluster"], inclusionSuffixes: ["_cx_active"] } },
  },
  traffic: { loadBalancer: { clientIp: "proxyProtocol" } },
};

const TWO_REVISIONS = {
  mesh: { revisions: [{ version: "1.30.7" }, { version: "1.31.2" }], tags: { stable: "1-30-7" } },
};

function istioReleases(): HelmRelease[] {
  const stacks = [
    ...STACKS.map((name) => readStackFile(PROJECT_DIRECTORY, name)),
    stackData(EVERYTHING),
    stackData(TWO_REVISIONS),
    stackData({ mesh: { mode: "ambient", hub: "registry.example.com/istio" } }),
    stackData({ mesh: { ...TWO_REVISIONS.mesh, mode: "ambient" } }),
  ];
  return stacks.flatMap((stack) => stackReleases(stack, "x")).filter(({ chart }) => chart in FACTS.charts);
}

/** Paths of the values, as far down as a chart's own list goes: what lies in a free-form map or list is not the chart's. */
function unknownPaths(chart: string, values: HelmValues): string[] {
  const known = [...(FACTS.charts[chart] ?? []), ...(FACTS.commented[chart] ?? [])];
  const walk = (value: HelmValue, path: string): string[] => {
    if (known.includes(path)) {
      return [];
    }
    const inside = known.some((key) => key.startsWith(`${path}.`));
    return inside && isMap(value)
      ? Object.entries(value).flatMap(([key, entry]) => walk(entry, `${path}.${key}`))
      : [path];
  };
  return Object.entries(values).flatMap(([key, value]) => walk(value, key));
}

/** Maps of the charts with defaults in them that take other keys too. */
const OPEN_MAPS: readonly RegExp[] = [
  /^resources\./,
  /^podAnnotations\./,
  /^global\.proxy\.resources\./,
  /^global\.waypoint\.resources\./,
  /^meshConfig\./,
];

function isMap(value: HelmValue): value is HelmValues {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

describe("values for Istio's charts", () => {
  it("hold only keys that the charts know", () => {
    for (const { name, chart, values } of istioReleases()) {
      const unknown = unknownPaths(chart, values).filter((path) => !OPEN_MAPS.some((open) => open.test(path)));
      assert.deepEqual(unknown, [], name);
    }
  });

  it("would be found wrong with a key that a chart does not know, at any depth", () => {
    const [base, , istiod] = istioReleases();
    assert.ok(base !== undefined && istiod !== undefined);
    assert.deepEqual(unknownPaths("base", { ...base.values, pilot: {} }), ["pilot"]);
    assert.deepEqual(unknownPaths("istiod", { pdb: { maxUnavailable: 1, minimum: 1 } }), ["pdb.minimum"]);
    assert.deepEqual(unknownPaths("istiod", { global: { proxy: { cpu: 1 } } }), ["global.proxy.cpu"]);
  });

  it("hold only fields of MeshConfig and ProxyConfig that exist and are not deprecated", () => {
    const istiods = istioReleases().filter(({ chart }) => chart === "istiod");
    assert.ok(istiods.length >= STACKS.length);
    for (const { values, version } of istiods) {
      const mesh = values["meshConfig"] as HelmValues;
      // New in 1.31; the lists are of 1.30.
      const later = version.startsWith("1.31.") ? ["defaultTrafficPolicy"] : [];
      assert.deepEqual(
        Object.keys(mesh).filter((key) => ![...FACTS.meshConfig, ...later].includes(key)),
        [],
      );
      const proxy = mesh["defaultConfig"] as HelmValues;
      assert.deepEqual(
        Object.keys(proxy).filter((key) => !FACTS.proxyConfig.includes(key)),
        [],
      );
    }
  });
});
