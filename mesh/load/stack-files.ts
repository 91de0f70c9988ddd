import { readdirSync } from "node:fs";
import { ConfigError, problem } from "../stack/errors.ts";
import { didYouMean } from "../stack/nearest.ts";

/** Name of a stack's settings file. */
export function stackFile(stack: string): string {
  return `Pulumi.${stack}.yaml`;
}

/** The stacks that have a settings file, in alphabetical order. */
export function listStacks(directory: string): string[] {
  return readdirSync(directory)
    .map((file) => /^Pulumi\.([\w-]+)\.yaml$/.exec(file)?.[1])
    .filter((stack) => stack !== undefined)
    .sort();
}

/**
 * Asks for nothing but the settings file, whose content may be wrong just now.
 * @throws ConfigError `stack.unknown` that names the stacks there are
 */
export function assertKnownStack(directory: string, stack: string): void {
  const known = listStacks(directory);
  if (!known.includes(stack)) {
    const remediation = [didYouMean(stack, known, ""), `known stacks: ${known.join(", ")}`].join(" ").trim();
    const unknown = problem("", `there is no stack named ${stack}`, remediation);
    throw new ConfigError(stackFile(stack), [unknown], "stack.unknown");
  }
}
