import assert from "node:assert/strict";
import { program } from "../../components/program.ts";
import { record } from "../support/record.ts";
import { settingsOf } from "../support/stacks.ts";

describe("the program", () => {
  it("is what index.ts runs: both register the same URNs", async () => {
    const run = await record(() => program(), { stack: "prod", settings: settingsOf("prod") });
    const index = await record(() => import("../../index.ts"), { stack: "prod", settings: settingsOf("prod") });
    assert.ok(run.length > 100);
    assert.deepEqual(index.map(({ urn }) => urn).sort(), run.map(({ urn }) => urn).sort());
  });

  it("refuses a bad configuration with every problem and registers nothing", async () => {
    const settings = {
      ...settingsOf("prod"),
      "ecommerce-mesh:mesh": '{"version":"1.31.1"}',
      "ecommerce-mesh:tagz": "{}",
    };
    let registered = 0;
    await assert.rejects(
      record(
        () => {
          registered += 1;
          return program();
        },
        { stack: "prod", settings },
      ),
      /Pulumi\.prod\.yaml: tagz: unknown key \(did you mean tags\?\)/,
    );
    assert.equal(registered, 1);
  });

  it("protects the cluster where the stack asks for it", async () => {
    const prod = await record(() => program(), { stack: "prod", settings: settingsOf("prod") });
    const dev = await record(() => program(), { stack: "dev", settings: settingsOf("dev") });
    const isProtected = (graph: typeof prod) => graph.find(({ type }) => type === "eks:index:Cluster")?.protect;
    assert.deepEqual([isProtected(prod), isProtected(dev)], [true, false]);
  });
});
