import assert from "node:assert/strict";
import { merge } from "../../mesh/load/merge.ts";
import { program } from "../../components/program.ts";
import { record, type Registered } from "../support/record.ts";
import { settingsOf } from "../support/stacks.ts";

const RELEASE = "kubernetes:helm.sh/v3:Release";

async function graph(stack: string, settings: Readonly<Record<string, string>>): Promise<Registered[]> {
  return record(() => program(), { stack, settings });
}

/** Staging's settings with another value in one of its concerns. */
function staging(concern: string, change: object): Record<string, string> {
  const settings = settingsOf("staging");
  const key = `ecommerce-mesh:${concern}`;
  return { ...settings, [key]: JSON.stringify(merge(JSON.parse(settings[key] ?? "{}"), change)) };
}

describe("the values of releases", () => {
  const CASES = [
    ["mesh", { istiod: { cpuTarget: 71 } }, "istiod"],
    ["mesh", { ingressGateway: { cpuTarget: 71 } }, "istio-ingressgateway"],
    ["observability", { prometheus: { retentionDays: 6 } }, "prometheus"],
  ] as const;
  for (const [concern, change, release] of CASES) {
    it(`change for ${release} alone with ${concern}.${JSON.stringify(change)}`, async () => {
      const before = new Map((await graph("staging", settingsOf("staging"))).map((each) => [each.urn, each]));
      const after = await graph("staging", staging(concern, change));
      assert.deepEqual(after.map(({ urn }) => urn).sort(), [...before.keys()].sort());
      assert.deepEqual(
        after
          .filter(({ urn, inputs }) => JSON.stringify(inputs) !== JSON.stringify(before.get(urn)?.inputs))
          .map(({ type, name }) => [type, name]),
        [[RELEASE, release]],
      );
    });
  }

  it("differ between stacks only where their settings do: another stack of the same settings has the same", async () => {
    const valuesOf = async (stack: string) =>
      (await graph(stack, settingsOf("prod")))
        .filter(({ type }) => type === RELEASE)
        .map(({ name, inputs }) => [name, JSON.stringify(inputs).replaceAll(stack, "STACK")] as const)
        .sort(([one], [other]) => one.localeCompare(other));
    const blue = await valuesOf("blue-stack");
    assert.ok(blue.length > 10);
    assert.deepEqual(await valuesOf("green-stack"), blue);
  });
});
