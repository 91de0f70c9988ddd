import type { Explanation } from "../explain/types.ts";
import type { World } from "../explain/world.ts";

/** A version of a service. */
export interface Version {
  readonly service: string;
  readonly version: string | null;
}

/**
 * The name by which each version that may answer calls itself: the variable NAME, which the demo image puts into its
 * answers. A version of an image that does not know it never says that name.
 */
export function namesOf(world: World, { answers }: Explanation): Map<string, Version> {
  const deployments = [...world.deployments.values()].flat();
  return new Map(
    answers.flatMap(({ service, version, pods }) =>
      pods.flatMap(({ deployment }) =>
        deployments
          .filter(({ metadata }) => metadata.name === deployment)
          .flatMap(({ spec }) => spec.template.spec.containers)
          .flatMap(({ env = [] }) => env.filter(({ name }) => name === "NAME"))
          .flatMap(({ value }): [string, Version][] => (value === undefined ? [] : [[value, { service, version }]])),
      ),
    ),
  );
}
