import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { PROJECT_DIRECTORY } from "./stacks.ts";

/** The applications that the repository ships. */
export const CATALOGS = ["ecommerce", "bookinfo", "cloud-native", "enterprise", "frontend-backend"] as const;

/** The same by the files of `catalogs/`, so that one which comes is met, too. */
export function catalogFiles(): string[] {
  return readdirSync(join(PROJECT_DIRECTORY, "catalogs")).map((file) => basename(file, ".yaml"));
}
