import type { Catalog } from "./catalog.ts";
import type { Written } from "./paths.ts";
import type { StackConfig } from "./config.ts";

/** What every model function starts from: a stack's configuration and the application it runs. */
export interface StackData {
  readonly config: StackConfig;
  readonly catalog: Catalog;
  /** What the user wrote of both, for checks that ask whether a key is set. Absent where no file was read. */
  readonly written?: Written;
}
