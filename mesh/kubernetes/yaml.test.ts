import assert from "node:assert/strict";
import fc from "fast-check";
import { parse } from "yaml";
import { toYaml } from "./yaml.ts";

/** What one version of YAML or the other takes for something else than text. */
const DOUBTFUL = ["y", "N", "yes", "No", "on", "OFF", "true", "~", "null", "12:30", "0o17", "017", "1_000", "0x1f"];

describe("YAML that the program writes", () => {
  const read = (text: string) => (["1.1", "1.2"] as const).map((version) => parse(text, { version }) as unknown);
  const holds = (value: unknown) => {
    assert.deepEqual(read(toYaml(value)), [value, value]);
  };

  it("is the same text for readers of YAML 1.1, such as kubectl, and of 1.2, as a value and as a key", () => {
    for (const text of [...DOUBTFUL, "1e3", "2026-11-21", "-.inf", "+0o7", "a: b", "# c", "", " "]) {
      holds({ value: text, [text]: "key", list: [text] });
    }
  });

  it("holds for any text", () => {
    fc.assert(fc.property(fc.string(), (text) => holds({ value: text })));
  });

  it("keeps numbers, truth values and null what they are, and repeats equal parts", () => {
    const part = { a: 1 };
    const text = toYaml({ one: part, two: part, number: 1.5, no: false, nothing: null });
    assert.deepEqual(read(text)[1], { one: part, two: part, number: 1.5, no: false, nothing: null });
    assert.doesNotMatch(text, /[&*]/);
  });
});
