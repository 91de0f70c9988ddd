import { ConfigError } from "../../mesh/stack/errors.ts";
import { readStackFile } from "../../mesh/load/load.ts";
import { costOf, type Cost } from "../../mesh/cost/cost.ts";
import { NoPriceError } from "../../mesh/cost/prices.ts";

/**
 * Estimates a stack of the project.
 * @param today ISO date
 * @throws ConfigError for a mistake in the settings, and for a region or an instance type without a price.
 */
export function costOfStack(projectDir: string, stackName: string, today: string): StackCost {
  const stack = readStackFile(projectDir, stackName);
  try {
    return { stack: stack.name, cost: costOf(stack, today) };
  } catch (error) {
    throw error instanceof NoPriceError ? new ConfigError(stack.file, [error.problem]) : error;
  }
}

/** A stack and what it costs. */
export interface StackCost {
  readonly stack: string;
  readonly cost: Cost;
}
