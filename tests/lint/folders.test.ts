import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cruise, type IConfiguration, type ICruiseResult, type IFlattenedRuleSet } from "dependency-cruiser";

const FILE = new URL("../../.dependency-cruiser.mjs", import.meta.url);
const { default: config } = (await import(FILE.href)) as { default: Required<IConfiguration> };

/** What a rule refuses: files by what they import. */
const REFUSED: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  "no-circle-of-files": { "mesh/stack/a.ts": ["./b.ts"], "mesh/stack/b.ts": ["./a.ts"] },
  "no-circle-of-folders": {
    "mesh/features/x/a.ts": ["../y/a.ts"],
    "mesh/features/y/a.ts": [],
    "mesh/features/y/b.ts": ["../x/b.ts"],
    "mesh/features/x/b.ts": [],
  },
  "model-without-engine": { "mesh/features/x/a.ts": ["../../../components/a.ts"], "components/a.ts": [] },
  "product-without-sandbox": { "components/a.ts": ["../sandbox/a.ts"], "sandbox/a.ts": [] },
  "analysis-without-generators": { "analysis/explain/a.ts": ["../../mesh/stack/a.ts"], "mesh/stack/a.ts": [] },
  "schemas-first": { "mesh/features/x/schema/a.ts": ["../a.ts"], "mesh/features/x/a.ts": [] },
  "kubernetes-first": { "mesh/kubernetes/a.ts": ["../stack/a.ts"], "mesh/stack/a.ts": [] },
  "command-line-last": { "sandbox/a.ts": ["../cli/a.ts"], "cli/a.ts": [] },
};

describe("the graph of folders", () => {
  it("has an example of what each rule refuses", () => {
    assert.deepEqual(
      Object.keys(REFUSED),
      config.forbidden.map(({ name }) => name),
    );
  });

  for (const [rule, files] of Object.entries(REFUSED)) {
    it(`is held by ${rule}`, async () => {
      assert.deepEqual(await violated(files), [rule]);
    });
  }

  it("lets a feature import its schema, the stack and another feature", async () => {
    const files = {
      "mesh/features/x/a.ts": ["./schema/a.ts", "../../stack/a.ts", "../y/a.ts"],
      "mesh/features/x/schema/a.ts": ["../../../kubernetes/a.ts"],
      "mesh/features/y/a.ts": ["../../stack/a.ts"],
      "mesh/stack/a.ts": ["../features/x/schema/a.ts"],
      "mesh/kubernetes/a.ts": [],
      "components/a.ts": ["../mesh/features/x/a.ts"],
      "analysis/explain/a.ts": ["../../mesh/kubernetes/a.ts"],
    };
    assert.deepEqual(await violated(files), []);
  });
});

/** Names of the rules that a tree of files breaks. */
async function violated(files: Readonly<Record<string, readonly string[]>>): Promise<string[]> {
  const directory = mkdtempSync(join(tmpdir(), "folders-"));
  try {
    for (const [file, imports] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, file)), { recursive: true });
      const lines = imports.map((path, index) => `import type { A as A${index} } from "${path}";`);
      writeFileSync(join(directory, file), [...lines, "export type A = string;", ""].join("\n"));
    }
    const ruleSet = { forbidden: config.forbidden } as IFlattenedRuleSet;
    const { output } = await cruise(["."], { ...config.options, baseDir: directory, validate: true, ruleSet });
    return [...new Set((output as ICruiseResult).summary.violations.map(({ rule }) => rule.name))];
  } finally {
    rmSync(directory, { recursive: true });
  }
}
