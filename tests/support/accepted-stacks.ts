import { readStackFile } from "../../mesh/load/load.ts";
import type { StackData } from "../../mesh/stack/stack.ts";
import { CATALOGS } from "./catalogs.ts";
import { PROJECT_DIRECTORY } from "./stacks.ts";
import { wideStack } from "./wide-stack.ts";

/** Name of a stack here: that of a catalog on the stack `local`, or `wide`. */
export type AcceptedName = (typeof CATALOGS)[number] | "wide";

/**
 * Stacks whose objects tests/e2e/charts/definitions.test.ts hands to a real API server with the real definitions, which looks at
 * every field. What a unit test says of their objects is said of accepted ones.
 */
export function acceptedStack(name: AcceptedName): StackData {
  return name === "wide" ? wideStack() : readStackFile(PROJECT_DIRECTORY, "local", name);
}

/** All of them. */
export const ACCEPTED: readonly AcceptedName[] = [...CATALOGS, "wide"];
