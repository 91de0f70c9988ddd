import assert from "node:assert/strict";
import { program } from "../../components/program.ts";
import { record, type Registered } from "../support/record.ts";
import { settingsOf, STACKS } from "../support/stacks.ts";

/** Key of the engine's marks on values, and its mark of a secret. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** What the mocks give for passwords and private keys. */
const PLANTED = /mock-(secret|key)/;

/** Paths at which a planted secret lies, by whether the engine is told that it is one. */
function planted(value: unknown, marked: boolean, path: string): { path: string; marked: boolean }[] {
  if (typeof value === "string") {
    return PLANTED.test(value) ? [{ path, marked }] : [];
  }
  if (typeof value !== "object" || value === null) {
    return [];
  }
  const inner = marked || (value as Record<string, unknown>)[SIGNATURE] === SECRET;
  return Object.entries(value).flatMap(([key, item]) => planted(item, inner, `${path}.${key}`));
}

function secretsIn({ name, inputs }: Registered) {
  return planted(inputs, false, name);
}

describe("secrets in what the program registers", () => {
  for (const stack of STACKS) {
    it(`are marked as such everywhere, and no input of a component, in ${stack}`, async () => {
      const registered = await record(() => program(), { stack, settings: settingsOf(stack) });
      const found = registered.flatMap(secretsIn);
      assert.ok(found.length >= 3, "Grafana's password, Kiali's key and Redis's password");
      assert.deepEqual(
        found.filter(({ marked }) => !marked).map(({ path }) => path),
        [],
      );
      assert.deepEqual(registered.filter(({ custom }) => !custom).flatMap(secretsIn), []);
    });
  }
});
