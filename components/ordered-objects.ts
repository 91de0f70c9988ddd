import * as pulumi from "@pulumi/pulumi";
import type { ComponentPlan, Group } from "../mesh/groups.ts";
import { childOptions, type ComponentOptions } from "./kubernetes/child-options.ts";
import { createHelmRelease } from "./kubernetes/helm-release.ts";
import { createObject } from "./kubernetes/object.ts";

/** Resources by the name of their group, or of what a component is given. */
export type Made = ReadonlyMap<string, pulumi.Resource[]>;

type ChildOptions = pulumi.CustomResourceOptions & ComponentOptions;

/**
 * Registers a group in another way than object by object and release by release.
 * @param after what the group itself waits for, without what its component waits for
 */
export type Maker = (group: Group, options: ChildOptions, after: readonly pulumi.Resource[]) => pulumi.Resource[];

/** What a component has that the inventory does not know. */
export interface Extras {
  /** What groups of the component may wait for beside each other. Default: nothing. */
  readonly given?: Made;
  /** Own ways to register groups, by their name. Default: none. */
  readonly makers?: Readonly<Record<string, Maker>>;
}

/** Objects and releases of the inventory, each group after those that it waits for. Its type token is the plan's. */
export class OrderedObjects extends pulumi.ComponentResource {
  constructor(plan: ComponentPlan, options: ComponentOptions, given?: Made) {
    super(plan.type, plan.name, {}, options);
    registerGroups(this, plan, options, given === undefined ? {} : { given });
    this.registerOutputs({});
  }
}

/**
 * Registers the groups of a component, in their order.
 * @returns what each group has become, with what was given
 * @throws Error when a group waits for one that does not come before it
 */
export function registerGroups(
  component: pulumi.ComponentResource,
  plan: ComponentPlan,
  options: ComponentOptions,
  { given = new Map(), makers = {} }: Extras,
): Made {
  const made = new Map(given);
  for (const group of plan.groups) {
    const after = group.after.flatMap((name) => required(made, name));
    const child = {
      ...childOptions(component, options, after),
      ...formerAliases(plan, options),
      ...(group.protect === true ? { protect: true } : {}),
    };
    const make = makers[group.name] ?? ((one, childOf) => register(plan.name, one, childOf, made));
    made.set(group.name, make(group, child, after));
  }
  return made;
}

/** The former URNs of a component's children: once they lay directly in its parent. */
export function formerAliases(plan: ComponentPlan, { parent }: ComponentOptions): { aliases?: pulumi.Alias[] } {
  return plan.formerlyInParent === true && parent !== undefined ? { aliases: [{ parent }] } : {};
}

function register(name: string, group: Group, options: ChildOptions, made: Made): pulumi.Resource[] {
  const { objects, releases, components, managedFields } = group;
  return [
    ...objects.map((object) =>
      createObject(name, object, managedFields ? { ...options, ignoreChanges: managedFields(object) } : options),
    ),
    ...releases.map((release) => createHelmRelease(release, options)),
    ...components.map((plan) => new OrderedObjects(plan, options, made)),
  ];
}

/** An entry that the inventory promises. */
export function required<T>(all: ReadonlyMap<string, T>, name: string): T {
  const found = all.get(name);
  if (found === undefined) {
    throw new Error(`the inventory has nothing called ${name}`);
  }
  return found;
}
