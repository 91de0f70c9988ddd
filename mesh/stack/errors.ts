/** One thing that is wrong with the configuration, and how to fix it. */
export interface Problem {
  /** Key path below the file, e.g. `mesh.istiod.replicas.min` or `services.product.versions.v1.weight`. */
  readonly path: string;
  /** What was expected and what was found, without the path. */
  readonly message: string;
  /** The remediation, where it is known. */
  readonly remediation?: string;
  /** The file that holds the value, relative to the project, e.g. `Pulumi.prod.yaml`. Default: the error's own file. */
  readonly file?: string;
}

/**
 * The configuration cannot be used. Carries every problem at once, so that one run is enough to fix them all.
 * Its message lists them one a line as `Pulumi.prod.yaml: mesh.version: expected ...; got ... (remediation)`.
 */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  constructor(
    /** The stack's settings file, e.g. `Pulumi.prod.yaml`. */
    readonly file: string,
    /** All that is wrong; never empty. */
    readonly problems: readonly Problem[],
    /** Stable code for `--json`. */
    readonly code: "config.invalid" | "stack.unknown" = "config.invalid",
  ) {
    super(problems.map((problem) => formatProblem(file, problem)).join("\n"));
  }
}

/**
 * A problem at a key path.
 *
 * @param remediation what to do about it, where that is known
 */
export function problem(path: string, message: string, remediation?: string): Problem {
  return remediation === undefined ? { path, message } : { path, message, remediation };
}

/** The problem where something holds that must not; none otherwise. */
export function problemIf(wrong: boolean, path: string, message: string, remediation?: string): Problem[] {
  return wrong ? [problem(path, message, remediation)] : [];
}

/** The problem where something does not hold that must. */
export function problemUnless(right: boolean, path: string, message: string, remediation?: string): Problem[] {
  return problemIf(!right, path, message, remediation);
}

/** A problem for each value of a list that stands further up in it already. @param noun what the values are, e.g. `zone` */
export function repeated(path: string, values: readonly string[], noun: string): Problem[] {
  return values.flatMap((value, index) =>
    problemIf(values.indexOf(value) < index, `${path}[${index}]`, `expected each ${noun} once; got "${value}" again`),
  );
}

/** One line for one problem: file, key path, message and remediation. */
export function formatProblem(file: string, problem: Problem): string {
  const where = problem.path === "" ? "" : `${problem.path}: `;
  const remediation = problem.remediation === undefined ? "" : ` (${problem.remediation})`;
  return `${problem.file ?? file}: ${where}${problem.message}${remediation}`;
}

/**
 * An error that the user can act on: one clear sentence, no stack trace, and the remediation where it is known.
 * The command line prints `message`, then `remediation`; `--json` carries all three.
 */
export class CommandError extends Error {
  override readonly name = "CommandError";
  constructor(
    /** Stable and short, e.g. `toolchain.go-missing`, `control-plane.died`. */
    readonly code: string,
    message: string,
    /** What to do about it. */
    readonly remediation?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
