import type * as pulumi from "@pulumi/pulumi";

/** Options of this program's components: as Pulumi's, with `dependsOn` as a plain list that can be handed down. */
export interface ComponentOptions extends pulumi.ComponentResourceOptions {
  readonly dependsOn?: pulumi.Resource[];
}

/**
 * Options of a component's child: below the component, and after everything that the component itself comes after.
 * Pulumi hands providers, protect and aliases down to children, but not `dependsOn`: without this, a component that
 * depends on another starts its children at once.
 * @param component the component that owns the child
 * @param options the options that the component was made with
 * @param after what this child waits for beside that
 */
export function childOptions(
  component: pulumi.ComponentResource,
  options: ComponentOptions,
  after: readonly pulumi.Resource[] = [],
): { parent: pulumi.ComponentResource; dependsOn: pulumi.Resource[] } {
  return { parent: component, dependsOn: [...(options.dependsOn ?? []), ...after] };
}
