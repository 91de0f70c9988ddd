import type { Catalog } from "./catalog.ts";
import type { StackConfig } from "./config.ts";

/** What every model function starts from: a stack's configuration and the application it runs. */
export interface StackData {
  readonly config: StackConfig;
  readonly catalog: Catalog;
}
