import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { parseAllDocuments } from "yaml";
import type { HelmRelease } from "../../mesh/kubernetes/objects.ts";
import type { JsonObject } from "../../mesh/kubernetes/fields.ts";
import { buildGoProgram } from "./go-program.ts";
import { PROJECT_DIRECTORY } from "./stacks.ts";

/** An object of a chart. */
export interface RenderedObject extends JsonObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: JsonObject & { readonly name: string };
}

/** A release, and the path of its chart on this machine. */
export type LocalRelease = Pick<HelmRelease, "name" | "namespace" | "chart" | "values">;

/**
 * The objects of each release, as Helm renders them.
 * @throws Error with Helm's own message where a chart refuses its values, or is not well-formed.
 */
export async function renderReleases(releases: readonly LocalRelease[]): Promise<RenderedObject[][]> {
  const source = `${PROJECT_DIRECTORY}/tests/support/chart-template`;
  const program = await buildGoProgram("chart-template", source, `${PROJECT_DIRECTORY}/sandbox/toolchain/go/cluster`);
  const helm = spawn(program, { stdio: ["pipe", "pipe", "pipe"] });
  helm.stdin.end(JSON.stringify(releases));
  const [manifests, errors] = await Promise.all([text(helm.stdout), text(helm.stderr)]);
  if (errors !== "") {
    throw new Error(errors);
  }
  return (JSON.parse(manifests) as string[]).map((manifest) =>
    parseAllDocuments(manifest).flatMap((document) => {
      const object = document.toJS() as RenderedObject | null;
      return object === null ? [] : [object];
    }),
  );
}
