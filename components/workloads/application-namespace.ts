import * as pulumi from "@pulumi/pulumi";
import { namespaceObjects } from "../../mesh/application.ts";
import { applicationNamespace } from "../../mesh/features/workloads/namespaces.ts";
import type { StackData } from "../../mesh/stack/stack.ts";
import { createObject } from "../kubernetes/any-object.ts";
import { createCoreObject } from "../kubernetes/core-object.ts";
import { childOptions, type ComponentOptions } from "../kubernetes/child-options.ts";

/** What the namespace is made from. */
export interface ApplicationNamespaceArgs {
  /** Configuration and catalog. Plain: shapes the graph. */
  readonly stack: StackData;
}

/**
 * The application's namespace, closed from the start: the policies that refuse everything and the limits on what it may ask
 * for stand before the first pod and outlive the last, so no pod is ever reachable without an explicit allow.
 */
export class ApplicationNamespace extends pulumi.ComponentResource {
  /** The namespace; destroyed after all that is in it. */
  readonly namespace: pulumi.CustomResource;

  constructor(name: string, args: ApplicationNamespaceArgs, options: ComponentOptions) {
    super("ecommerce-mesh:workloads:ApplicationNamespace", name, {}, options);
    this.namespace = createCoreObject(name, applicationNamespace(args.stack), childOptions(this, options));
    for (const object of namespaceObjects(args.stack)) {
      createObject(name, object, childOptions(this, options, [this.namespace]));
    }
    this.registerOutputs({});
  }
}
