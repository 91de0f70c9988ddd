import assert from "node:assert/strict";
import { parse } from "yaml";
import { renderStack } from "./render.ts";
import { readStackFile } from "./load/load.ts";
import { stackData } from "../tests/support/stack-data.ts";
import { PROJECT_DIRECTORY, STACKS } from "../tests/support/stacks.ts";

describe("render", () => {
  for (const stack of STACKS) {
    const data = readStackFile(PROJECT_DIRECTORY, stack);
    const files = renderStack(data, "cluster");

    it(`${stack}: gives the same bytes every time, each path once`, () => {
      assert.deepEqual(renderStack(readStackFile(PROJECT_DIRECTORY, stack), "cluster"), files);
      assert.equal(new Set(files.map(({ path }) => path)).size, files.length);
    });

    it(`${stack}: puts each object where its namespace, kind and name say`, () => {
      for (const { path, content } of files.filter((file) => file.path.startsWith("objects/"))) {
        const { kind, metadata } = parse(content) as { kind: string; metadata: { name: string; namespace?: string } };
        assert.equal(
          path,
          `objects/${metadata.namespace ?? (kind === "Namespace" ? metadata.name : "_cluster")}/${kind.toLowerCase()}-${metadata.name}.yaml`,
        );
      }
    });

    it(`${stack}: says of each release what helm needs to know`, () => {
      for (const { path, content } of files.filter((file) => file.path.startsWith("releases/"))) {
        const release = parse(content) as Record<string, unknown>;
        assert.deepEqual(
          Object.keys(release)
            .filter((key) => key !== "skipCrds")
            .sort(),
          ["chart", "name", "namespace", "repository", "values", "version"],
          path,
        );
      }
    });
  }

  it("masks secrets", () => {
    const files = renderStack(readStackFile(PROJECT_DIRECTORY, "dev"), "cluster");
    const secrets = files.filter(({ path }) => path.includes("/secret-"));
    assert.equal(secrets.length, 4);
    for (const { content, path } of secrets) {
      const { stringData } = parse(content) as { stringData: Record<string, string> };
      assert.deepEqual([...new Set(Object.values(stringData))], ["[secret]"], path);
    }
  });

  it("quotes what kubectl would take for a truth value", () => {
    const stack = { ...stackData({}, { services: { cart: { env: { FEATURE: "on" } } } }), name: "test" };
    const file = renderStack(stack, "cluster").find(({ path }) => path.endsWith("/deployment-cart-v1.yaml"));
    assert.match(file?.content ?? "", /value: "on"/);
  });

  it("writes equal parts out, without anchors that some readers do not follow", () => {
    for (const { content, path } of renderStack(readStackFile(PROJECT_DIRECTORY, "prod"), "cluster")) {
      assert.doesNotMatch(content, /(^|\s)[&*][a-z]\d+\b/, path);
    }
  });
});
