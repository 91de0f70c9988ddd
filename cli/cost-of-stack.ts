import { ConfigError } from "../config/errors.ts";
import { readStackFile } from "../config/load.ts";
import { costOf } from "../model/cost/cost.ts";
import { NoPriceError } from "../model/cost/no-price-error.ts";
import type { StackCost } from "./output/cost.ts";

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
