import type { Catalog } from "../config/schema/catalog.ts";
import type { StackConfig } from "../config/schema.ts";

/** What every model function starts from: a stack's configuration and the application it runs. */
export interface StackData {
  readonly config: StackConfig;
  readonly catalog: Catalog;
}
