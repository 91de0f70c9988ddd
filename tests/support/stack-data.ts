import { merge } from "../../mesh/load/merge.ts";
import { readYamlFile } from "../../mesh/load/yaml-file.ts";
import { catalog as catalogSchema } from "../../mesh/stack/catalog.ts";
import { stackConfig } from "../../mesh/stack/config.ts";
import type { StackData } from "../../mesh/stack/stack.ts";
import { PROJECT_DIRECTORY } from "./stacks.ts";
import type { PlainObject } from "../../mesh/stack/plain-object.ts";

const EKS = {
  platform: { kind: "eks", region: "eu-west-1", zones: ["eu-west-1a", "eu-west-1b", "eu-west-1c"] },
  // The demo image has no digest; what is said of that has its own test.
  security: { exceptions: { "image-digest": "the demo image of the tests" } },
};

/** Data for a model function: the shop on EKS with defaults, and what a test changes of it. Not cross-checked. */
export function stackData(config: PlainObject = {}, catalog: PlainObject = {}): StackData {
  const shop = readYamlFile(PROJECT_DIRECTORY, "tests/support/shop.yaml");
  const written = { config: merge(EKS, config) as PlainObject, catalog: merge(shop, catalog) as PlainObject };
  return { config: stackConfig.parse(written.config), catalog: catalogSchema.parse(written.catalog), written };
}
