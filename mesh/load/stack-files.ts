import { readdirSync } from "node:fs";
import { ConfigError } from "../stack/errors.ts";
import { nearest } from "../stack/nearest.ts";

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
  if (known.includes(stack)) {
    return;
  }
  const match = nearest(stack, known);
  const names = `known stacks: ${known.join(", ")}`;
  const remediation = match === undefined ? names : `did you mean ${match}? ${names}`;
  throw new ConfigError(
    stackFile(stack),
    [{ path: "", message: `there is no stack named ${stack}`, remediation }],
    "stack.unknown",
  );
}
