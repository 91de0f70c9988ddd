import type * as pulumi from "@pulumi/pulumi";
import { childOptions, type ComponentOptions } from "../kubernetes/child-options.ts";

/**
 * Options of a child that once lay directly in the addons: it keeps its state. The addons are the parent of the component
 * that has it now.
 */
export function movedChild(
  component: pulumi.ComponentResource,
  options: ComponentOptions,
  after: readonly pulumi.Resource[] = [],
): ReturnType<typeof childOptions> & { aliases: pulumi.Alias[] } {
  const { parent } = options;
  return { ...childOptions(component, options, after), aliases: parent === undefined ? [] : [{ parent }] };
}
