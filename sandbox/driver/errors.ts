import type { EngineProblem } from "./changes.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

/** One thing that went wrong, in the words of `--json`. */
export interface CommandProblem {
  /** Key path of a configuration value, or the URN of a resource; empty when it is about the whole. */
  readonly path: string;
  readonly message: string;
  readonly remediation?: string;
}

/** The engine ended without having done all it should. */
export class EngineFailure extends CommandError {
  constructor(
    message: string,
    /** One for each resource that failed. */
    readonly problems: readonly CommandProblem[],
    remediation?: string,
  ) {
    super("engine.failed", message, remediation);
  }
}

/** The user, or whoever sent the signal, ended the command. The command line exits with 130. */
export class Interrupted extends CommandError {
  constructor(command: string, stack: string) {
    const next = ["preview", "request"].includes(command)
      ? "nothing was changed"
      : `the next \`mesh ${command} ${stack}\` continues`;
    super("interrupted", `${command} of ${stack} was interrupted: ${next}`);
  }
}

/** `Deployment ecommerce/product` out of a URN: type and logical name, without the chain of parents. */
export function shortName(urn: string): string {
  const [types = "", ...rest] = urn.split("::").slice(2);
  const type = types.split("$").pop() ?? types;
  const kind = type.split(":").pop() ?? type;
  return `${kind} ${rest.join("::")}`;
}

/** Said of the whole stack, or by what broke off because something else had failed: names no cause. */
const SECONDARY = /^(update|preview|destroy) failed$|grpc: the client connection is closing|context canceled$/;

/** The API server's message when a webhook of istiod gives no answer; a refusal reads otherwise. */
const ISTIOD_SILENT = /failed calling webhook "[^"]*istio\.io"/;

/** Turns what the engine said into one error. */
export function engineFailure(
  command: string,
  stack: string,
  problems: readonly EngineProblem[],
  stderr: string,
): EngineFailure {
  const causes = problems.filter(({ message }) => !SECONDARY.test(message));
  const listed = causes.map(({ urn, message }) => ({
    path: urn ?? "",
    message: firstParagraph(message),
    ...(ISTIOD_SILENT.test(message)
      ? { remediation: `istiod did not answer: \`mesh status ${stack}\` shows whether it runs, and how it ended` }
      : {}),
  }));
  if (listed.length === 0) {
    const text = stderr.replace(/^error: /, "").trim();
    return new EngineFailure(
      `${command} of ${stack} failed: ${text === "" ? "the engine ended without a message" : text}`,
      [],
    );
  }
  const resources = listed.filter(
    (problem) => problem.path !== "" && !problem.path.includes("pulumi:pulumi:Stack"),
  ).length;
  const what =
    resources === 0 ? "the program failed" : resources === 1 ? "one resource failed" : `${resources} resources failed`;
  const remediation =
    command === "preview"
      ? undefined
      : `What was done is recorded: fix the cause and run \`mesh ${command} ${stack}\` again.`;
  return new EngineFailure(`${command} of ${stack} failed: ${what}`, listed, remediation);
}

/** Without the stack trace that follows an exception's message. */
function firstParagraph(message: string): string {
  return message
    .replace(/^Unhandled exception: /, "")
    .split("\n")
    .filter((line) => !/^\s+at /.test(line))
    .join("\n")
    .trim();
}
