import { existsSync } from "node:fs";
import { join } from "node:path";
import { placesOf, type Places } from "../../sandbox/driver/paths.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

/** Options that all commands have. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly verbose?: boolean;
  readonly project?: string;
  readonly sandboxDir?: string;
  /** Of the commands that take `--catalog`. */
  readonly catalog?: string;
}

/**
 * Where the project and the sandbox's files lie: options first, then MESH_PROJECT_DIR and MESH_SANDBOX_DIR, then the
 * current directory.
 * @throws CommandError `project.missing` when there is no Pulumi.yaml.
 */
export function placesFrom(options: CommonOptions, environment: Readonly<Record<string, string | undefined>>): Places {
  const projectDir = options.project ?? environment["MESH_PROJECT_DIR"];
  const sandboxDir = options.sandboxDir ?? environment["MESH_SANDBOX_DIR"];
  const places = placesOf({
    ...(projectDir === undefined ? {} : { projectDir }),
    ...(sandboxDir === undefined ? {} : { sandboxDir }),
  });
  if (!existsSync(join(places.projectDir, "Pulumi.yaml"))) {
    throw new CommandError(
      "project.missing",
      `there is no Pulumi.yaml in ${places.projectDir}`,
      "Run the command in the project's folder, or name it with --project.",
    );
  }
  return places;
}
