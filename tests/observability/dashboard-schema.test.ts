import { stackData } from "../support/stack-data.ts";
import { dataPlaneOf } from "../../mesh/features/data-plane/data-plane-of.ts";
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { dashboardJson } from "../../mesh/features/observability/dashboards/json.ts";
import { dashboards } from "../../mesh/features/observability/dashboards.ts";

/** Where the JSON would lie as a file of TypeScript: beside this test, so that its imports are found. */
const VIRTUAL = fileURLToPath(new URL("dashboard-json.ts", import.meta.url));

/**
 * Grafana publishes its schema as types. `Wire` says an enumeration's members as they are written in JSON. A query of Prometheus is
 * in no published package: these are the keys of Grafana's data source that are used here.
 */
const PREFACE = `
import type { Dashboard, DataQuery, Panel } from "@grafana/schema";
import type { Options } from "@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen";
type Wire<T> = 0 extends 1 & T ? T
  : T extends string ? \`\${T}\`
  : T extends readonly (infer Item)[] ? Wire<Item>[]
  : T extends object ? { [Key in keyof T]: Wire<T[Key]> }
  : T;
type Query = DataQuery & { expr: string; legendFormat: string; exemplar: boolean };
type TimeSeries = Omit<Panel, "options" | "targets"> & { type: "timeseries"; options: Options; targets: Query[] };
type Json = Wire<Omit<Dashboard, "panels"> & { panels: TimeSeries[] }>;
`;

/** What the compiler has against the JSON as a dashboard: unknown keys too, since all of it is written out. */
function faults(...all: readonly unknown[]): string[] {
  const text =
    PREFACE + all.map((json, number) => `export const d${number}: Json = ${JSON.stringify(json)};\n`).join("");
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const host = ts.createCompilerHost(options);
  const real = { ...host };
  host.fileExists = (name) => name === VIRTUAL || real.fileExists(name);
  host.getSourceFile = (name, ...rest) =>
    name === VIRTUAL ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2023) : real.getSourceFile(name, ...rest);
  return ts
    .getPreEmitDiagnostics(ts.createProgram([VIRTUAL], options, host))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "));
}

describe("dashboards against Grafana's schema", function () {
  // The compiler reads the schema each time.
  this.timeout(120_000);

  it("have no key and no value that the schema does not know", () => {
    const all = (["sidecar", "ambient"] as const).flatMap((mode) =>
      dashboards("ecommerce", dataPlaneOf(stackData({ mesh: { mode } }))).map(dashboardJson),
    );
    assert.equal(all.length, 12);
    assert.deepEqual(faults(...all), []);
  });

  it("would be found out: a misspelt key at any depth, a value of no enumeration", () => {
    const [first] = dashboards("ecommerce", dataPlaneOf(stackData())).map(dashboardJson);
    const [panel] = first?.panels ?? [];
    assert.ok(first !== undefined && panel !== undefined);
    const change = (changed: object) => ({ ...first, panels: [{ ...panel, ...changed }] });
    const found = faults(
      { ...first, refreshes: "30s" },
      change({ gridPos: { ...panel.gridPos, width: 3 } }),
      change({ options: { ...panel.options, legend: { ...panel.options.legend, displayMode: "lists" } } }),
      change({ fieldConfig: { defaults: { units: "s" }, overrides: [] } }),
    );
    assert.equal(found.length, 4);
    ["refreshes", "width", "lists", "units"].forEach((word, number) => {
      assert.match(found[number] ?? "", new RegExp(`['"]${word}['"]`));
    });
  });
});
