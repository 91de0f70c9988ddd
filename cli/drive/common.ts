import { Command } from "commander";
import type { DriverOptions } from "../../sandbox/driver/commands/index.ts";
import { faultsFromEnvironment } from "../../sandbox/providers/protocol/faults.ts";
import { placesFrom, type CommonOptions } from "../support/environment.ts";
import { progressView } from "../output/progress.ts";
import { interruptible } from "../support/signals.ts";

/** A command with the options that all have. */
export function baseCommand(name: string, description: string, examples: readonly string[]): Command {
  return new Command(name)
    .description(description)
    .option("--json", "print one JSON object as the last line of stdout")
    .option("--verbose", "show stack traces")
    .option("--project <dir>", "folder of Pulumi.yaml (default: the current one, or MESH_PROJECT_DIR)")
    .option(
      "--sandbox-dir <dir>",
      "folder of the sandbox's own files (default: .sandbox in the project, or MESH_SANDBOX_DIR)",
    )
    .addHelpText("after", `\nExamples:\n${examples.map((example) => `  ${example}`).join("\n")}`);
}

/** The option of commands that can run a stack with another application. */
export function withCatalogOption(command: Command): Command {
  return command.option(
    "--catalog <name>",
    "application in place of the stack's, e.g. bookinfo; without the stack's settings of services, hosts and namespace",
  );
}

/**
 * Runs work of the driver with progress on stderr and Ctrl-C handled.
 * @param work also gets what writes a line to stderr without disturbing the progress
 * @throws what the driver throws
 */
export async function drive<T>(
  options: CommonOptions,
  work: (driver: DriverOptions, say: (line: string) => void) => Promise<T>,
): Promise<T> {
  const places = placesFrom(options, process.env);
  const faults = faultsFromEnvironment(process.env);
  const view = progressView(process.stderr);
  const say = (line: string): void => {
    view.close();
    process.stderr.write(`${line}\n`);
  };
  try {
    return await interruptible(say, (signal) =>
      work(
        {
          places,
          progress: view.report,
          signal,
          environment: process.env,
          faults,
          ...(options.catalog === undefined ? {} : { catalog: options.catalog }),
        },
        say,
      ),
    );
  } finally {
    view.close();
  }
}

/**
 * Path of the kubeconfig of a stack in the sandbox.
 * @throws CommandError `stack.not-up`
 */
export async function kubeconfigOf(stack: string | undefined, options: CommonOptions): Promise<string> {
  const { kubeconfig } = await import("../../sandbox/driver/commands/kubeconfig.ts");
  return kubeconfig(stack, placesFrom(options, process.env)).path;
}

/** Writes lines to stdout. */
export function print(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(""));
}

/** Writes one JSON object as a line of its own. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
