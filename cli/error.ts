import { ConfigError, formatProblem, CommandError } from "../mesh/stack/errors.ts";
import { EngineFailure, Interrupted, shortName, type CommandProblem } from "../sandbox/driver/errors.ts";
import { EXIT, UsageError } from "./support/exit-codes.ts";
import { styleFor } from "./output/style.ts";

/** An error as `--json` prints it. */
export interface ErrorJson {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly problems: readonly {
      readonly path: string;
      readonly message: string;
      readonly remediation: string | null;
    }[];
  };
}

/** How an error is to be shown. */
export interface ErrorStyle {
  readonly json: boolean;
  /** With the stack trace. */
  readonly verbose: boolean;
}

/** Prints an error to stderr, and with `--json` its JSON as the last line of stdout. Returns the exit code. */
export function printError(error: unknown, style: ErrorStyle): number {
  const color = styleFor(process.stderr);
  const [head = "", ...rest] = errorLines(error);
  process.stderr.write([`${color.red("error:")} ${head}`, ...rest].join("\n") + "\n");
  if (style.verbose && error instanceof Error) {
    process.stderr.write(color.dim(tracesOf(error)) + "\n");
  } else if (!isExpected(error)) {
    process.stderr.write("This is a fault of the program itself; --verbose shows where.\n");
  }
  if (style.json) {
    process.stdout.write(`${JSON.stringify(errorJson(error))}\n`);
  }
  return exitCode(error);
}

/** The JSON of an error; problems are never left out, so that a reader of them misses nothing. */
export function errorJson(error: unknown): ErrorJson {
  const problems = problemsOf(error).map(({ path, message, remediation }) => ({
    path,
    message,
    remediation: remediation ?? null,
  }));
  return { error: { code: codeOf(error), message: headline(error), problems } };
}

/** The lines a person reads: one sentence, then each problem, then what to do. */
export function errorLines(error: unknown): string[] {
  const problems = error instanceof ConfigError && error.problems.length === 1 ? [] : listed(error);
  const remediation = error instanceof CommandError && error.remediation !== undefined ? [error.remediation] : [];
  return [headline(error), ...problems.map((line) => `  ${line.replaceAll("\n", "\n    ")}`), ...remediation];
}

function listed(error: unknown): string[] {
  if (error instanceof ConfigError) {
    return error.problems.map((problem) => formatProblem(error.file, problem));
  }
  if (error instanceof EngineFailure) {
    return error.problems.map(({ path, message }) => (path === "" ? message : `${shortName(path)}: ${message}`));
  }
  return [];
}

function headline(error: unknown): string {
  if (error instanceof ConfigError) {
    const [only, ...others] = error.problems;
    return only !== undefined && others.length === 0
      ? formatProblem(error.file, only)
      : `${error.file}: ${error.problems.length} problems`;
  }
  return error instanceof Error ? error.message : String(error);
}

function problemsOf(error: unknown): readonly CommandProblem[] {
  if (error instanceof ConfigError) {
    return error.problems.map((problem) => ({
      ...problem,
      path:
        problem.file === undefined || problem.file === error.file ? problem.path : `${problem.file}: ${problem.path}`,
    }));
  }
  if (error instanceof EngineFailure && error.problems.length > 0) {
    return error.problems;
  }
  return [
    {
      path: "",
      message: headline(error),
      ...(error instanceof CommandError && error.remediation !== undefined ? { remediation: error.remediation } : {}),
    },
  ];
}

function codeOf(error: unknown): string {
  if (error instanceof ConfigError || error instanceof CommandError || error instanceof UsageError) {
    return error.code;
  }
  return isFileError(error) ? "file" : "internal";
}

/** A file that cannot be read or written is the machine's fault, and the system says which one. */
function isFileError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error && "path" in error && "errno" in error;
}

function isExpected(error: unknown): boolean {
  return codeOf(error) !== "internal";
}

function exitCode(error: unknown): number {
  if (error instanceof Interrupted) {
    return EXIT.interrupted;
  }
  return error instanceof UsageError ? EXIT.usage : EXIT.failed;
}

function tracesOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by: ${tracesOf(error.cause)}` : "";
  return `${error.stack ?? error.message}${cause}`;
}
