import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { PROJECT_DIRECTORY } from "../support/stacks.ts";
import { entriesOf } from "./graph.ts";
import { FACTS, Graph } from "./hardening-facts.ts";

const FILE = join(PROJECT_DIRECTORY, "docs/security.md");
const TITLE = "## Kubernetes hardening";
const STACKS = ["dev", "staging", "prod"];

interface Row {
  readonly item: string;
  readonly state: string;
  readonly why: string;
}

describe("the hardening table of docs/security.md", () => {
  const rows = rowsOf(readFileSync(FILE, "utf8"));

  it("says yes, no or you of every item, once, with a link for each yes and a reason for each other", () => {
    assert.ok(rows.length >= 20, `${rows.length} rows`);
    assert.equal(new Set(rows.map(({ item }) => item)).size, rows.length);
    for (const { item, state, why } of rows) {
      const links = [...why.matchAll(/\]\(([^)#]+)/g)].map(([, link = ""]) => link);
      links.forEach((link) => assert.ok(existsSync(join(dirname(FILE), link)), `${item}: ${link}`));
      assert.ok(["yes", "no", "you"].includes(state), `${item}: ${state}`);
      assert.ok(state !== "yes" || links.length > 0, `${item}: no link`);
      assert.ok(why.replaceAll(/\[.*?\]\(.*?\)/g, "").trim().length > 10, `${item}: no reason`);
    }
  });

  it("has a fact of the graphs behind every yes", () => {
    const items = rows.map(({ item }) => item);
    assert.deepEqual(
      Object.keys(FACTS).filter((item) => !items.includes(item)),
      [],
    );
    assert.deepEqual(
      rows.filter(({ state }) => state === "yes").filter(({ item }) => FACTS[item] === undefined),
      [],
    );
  });

  for (const stack of STACKS) {
    it(`says of ${stack} what its graph shows`, async () => {
      const graph = new Graph(await entriesOf(stack));
      const held = rows.flatMap(({ item, state }) => {
        const fact = FACTS[item];
        return fact === undefined ? [] : [{ item, state, fact }];
      });
      assert.deepEqual(
        held.map(({ item, state }) => [item, state]),
        held.map(({ item, fact }) => [item, fact(graph) ? "yes" : "no"]),
      );
    });
  }
});

function rowsOf(text: string): Row[] {
  return (text.split(TITLE)[1] ?? "")
    .split("\n## ", 1)
    .join("")
    .split("\n")
    .filter((line) => line.startsWith("| ") && !/^\| (Item|-)/.test(line))
    .map((line) => {
      const [item = "", state = "", why = ""] = line
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim());
      return { item, state, why };
    });
}
