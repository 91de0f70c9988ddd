import { Command, CommanderError } from "commander";
import { EXIT, Outcome, UsageError } from "./support/exit-codes.ts";
import { printError } from "./error.ts";
import { canaryCommand } from "./commands/canary.ts";
import { accessCommand } from "./commands/access.ts";
import { costCommand } from "./commands/cost.ts";
import { destroyCommand } from "./commands/destroy.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { downCommand } from "./commands/down.ts";
import { explainCommand } from "./commands/explain.ts";
import { kubeconfigCommand } from "./commands/kubeconfig.ts";
import { logsCommand } from "./commands/logs.ts";
import { openCommand } from "./commands/open.ts";
import { previewCommand } from "./commands/preview.ts";
import { proxyCommand } from "./commands/proxy.ts";
import { renderCommand } from "./commands/render.ts";
import { requestCommand } from "./commands/request.ts";
import { statusCommand } from "./commands/status.ts";
import { upCommand } from "./commands/up.ts";

const COMMANDS = [
  upCommand,
  previewCommand,
  destroyCommand,
  statusCommand,
  downCommand,
  kubeconfigCommand,
  renderCommand,
  costCommand,
  doctorCommand,
  openCommand,
  explainCommand,
  requestCommand,
  logsCommand,
  proxyCommand,
  canaryCommand,
  accessCommand,
];

/**
 * Runs one command line and returns the exit code; writes to stdout and stderr and never throws.
 * @param args without the program's name, e.g. `["up", "dev", "--json"]`
 */
export async function runCli(args: readonly string[]): Promise<number> {
  // Known before the arguments are parsed, because wrong arguments are reported in the same form.
  const style = { json: args.includes("--json"), verbose: args.includes("--verbose") };
  try {
    await program().parseAsync(args, { from: "user" });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof Outcome) {
      return EXIT.failed;
    }
    if (error instanceof CommanderError) {
      return usage(error, style);
    }
    return printError(error, style);
  }
}

function program(): Command {
  const mesh = new Command("mesh")
    .description(
      "Runs the ecommerce mesh on this machine: the real Pulumi engine, a real Kubernetes control plane, no cloud account.",
    )
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    // What is wrong with the arguments is printed by us, once, in the form that was asked for.
    .configureOutput({ writeErr: () => undefined })
    .addHelpText(
      "after",
      `
Examples:
  npm start                            bring up the stack dev (the same as: npm run mesh -- up dev)
  npm run mesh -- preview prod         what \`up prod\` would change
  npm run mesh -- status               what runs
  npm run mesh -- down                 stop everything

The real cloud is always \`pulumi up\`; this command never touches it.`,
    );
  for (const command of COMMANDS) {
    mesh.addCommand(command().copyInheritedSettings(mesh));
  }
  return mesh;
}

function usage(error: CommanderError, style: { json: boolean; verbose: boolean }): number {
  if (error.exitCode === 0) {
    return EXIT.ok;
  }
  if (error.code === "commander.help") {
    // `mesh` without a command: the help says what there is.
    process.stderr.write(program().helpInformation());
    return EXIT.usage;
  }
  return printError(new UsageError(error.message.replace(/^error: /, "")), style);
}
