import assert from "node:assert/strict";
import { differencesText, factsOf, factsText, lineChanges } from "./facts.ts";

const entry = (urn: string, inputs: Record<string, unknown>) => ({ urn, inputs });

describe("facts of a graph", () => {
  it("are one a line, by the path of the key", () => {
    const facts = factsOf([
      entry("type::name", {
        labels: { "app.kubernetes.io/name": "cart", tier: {} },
        containers: [
          { name: "app", port: 80, args: ["-v", "--fast"] },
          { name: "log", port: "80" },
        ],
        rules: [{ to: "a" }, { to: true }],
        policy: '{"Version":"2012","Statement":[]}',
        script: "one\n  two",
      }),
    ]);
    assert.equal(
      factsText(facts),
      [
        "type::name",
        '  labels["app.kubernetes.io/name"]: cart',
        "  labels.tier: {}",
        "  containers[app].name: app",
        "  containers[app].port: 80",
        '  containers[app].args[]: "-v"',
        '  containers[app].args[]: "--fast"',
        "  containers[log].name: log",
        '  containers[log].port: "80"',
        "  rules[0].to: a",
        "  rules[1].to: true",
        '  policy(JSON).Version: "2012"',
        "  policy(JSON).Statement: []",
        "  script: |",
        "    one",
        "      two",
        "",
      ].join("\n"),
    );
  });

  it("tell text apart from the value that it looks like", () => {
    const lines = (value: unknown) => factsOf([entry("u", { value })]).get("u");
    for (const [one, other] of [
      ["1", 1],
      ["true", true],
      ["null", null],
      ["[]", []],
      ["{}", {}],
      ["a: b", "a"],
      ["", []],
    ]) {
      assert.notDeepEqual(lines(one), lines(other));
    }
  });

  it("differ by what a variant lacks, has more, and has otherwise", () => {
    const base = factsOf([entry("a", { x: 1, y: 2 }), entry("b", { x: 1 }), entry("same", { x: 1 })]);
    const variant = factsOf([entry("a", { x: 1, y: 3 }), entry("c", { x: 1 }), entry("same", { x: 1 })]);
    assert.equal(differencesText(base, variant), "~ a\n  - y: 2\n  + y: 3\n\n- b\n\n+ c\n  + x: 1\n");
  });

  it("show a moved line as gone and come", () => {
    assert.deepEqual(lineChanges(["a", "b", "c"], ["b", "c", "a"]), ["- a", "+ a"]);
    assert.deepEqual(lineChanges(["a"], ["a"]), []);
    assert.deepEqual(lineChanges([], ["a"]), ["+ a"]);
    assert.deepEqual(lineChanges(["a"], []), ["- a"]);
  });
});
