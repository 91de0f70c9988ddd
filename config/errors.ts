/** One thing that is wrong with the configuration, and how to mend it. */
export interface Problem {
  /** Key path below the file, e.g. `mesh.istiod.replicas.min` or `services.product.versions.v1.weight`. */
  readonly path: string;
  /** What was expected and what was found, without the path. */
  readonly message: string;
  /** The mend, where it is known. */
  readonly hint?: string;
  /** The file that holds the value, relative to the project, e.g. `Pulumi.prod.yaml`. Default: the error's own file. */
  readonly file?: string;
}

/**
 * The configuration cannot be used. Carries every problem at once, so that one run is enough to mend them all.
 * Its message lists them one a line as `Pulumi.prod.yaml: mesh.version: expected ...; got ... (hint)`.
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

/** One line for one problem: file, key path, message and hint. */
export function formatProblem(file: string, problem: Problem): string {
  const where = problem.path === "" ? "" : `${problem.path}: `;
  const hint = problem.hint === undefined ? "" : ` (${problem.hint})`;
  return `${problem.file ?? file}: ${where}${problem.message}${hint}`;
}
