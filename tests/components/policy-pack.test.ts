import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { program } from "../../components/program.ts";
import { judge, RULES, type Violation } from "../../analysis/policy/index.ts";
import { policyResources } from "../support/policy-resources.ts";
import { record } from "../support/record.ts";
import { PROJECT_DIRECTORY, settingsOf, STACKS } from "../support/stacks.ts";

async function violations(stack: string, preview: boolean): Promise<Violation[]> {
  const registered = await record(() => program(), { stack, settings: settingsOf(stack), preview });
  return judge(policyResources(registered));
}

function inWords(violation: Violation): string {
  return `${violation.rule.name}: ${violation.urn ?? ""}: ${violation.message}`;
}

describe("the policy pack over the stacks that the repository ships", () => {
  for (const stack of STACKS) {
    it(`finds nothing mandatory in ${stack}, and advises digests for the demo image and a closed API server where it is open`, async () => {
      const found = await violations(stack, false);
      assert.deepEqual(found.filter(({ rule }) => rule.level === "mandatory").map(inWords), []);
      assert.deepEqual(
        [...new Set(found.map(({ rule }) => rule.name))],
        ["image-digest", ...(stack === "dev" ? ["no-open-endpoint"] : [])],
      );
    });
  }

  it("finds nothing mandatory in a preview either, where much is unknown", async () => {
    const found = await violations("prod", true);
    assert.deepEqual(found.filter(({ rule }) => rule.level === "mandatory").map(inWords), []);
  });

  it("is in docs/security.md, each rule once and with its level", () => {
    const text = readFileSync(join(PROJECT_DIRECTORY, "docs/security.md"), "utf8");
    const rows = [...text.matchAll(/^\| `([\w-]+)` +\| (mandatory|advisory) /gm)].map(([, name, level]) => [
      name,
      level,
    ]);
    assert.deepEqual(
      rows,
      RULES.map(({ name, level }) => [name, level]),
    );
  });
});
