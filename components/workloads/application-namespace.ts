import * as pulumi from "@pulumi/pulumi";
import { applicationNamespace } from "../../model/namespaces.ts";
import { denyAll } from "../../model/security/authorization-policies.ts";
import type { StackData } from "../../model/stack.ts";
import { createCoreObject } from "../kubernetes/core-object.ts";
import { createIstioObject } from "../kubernetes/istio-object.ts";
import { childOptions, type ComponentOptions } from "../child-options.ts";

/** What the namespace is made from. */
export interface ApplicationNamespaceArgs {
  /** Configuration and catalog. Plain: shapes the graph. */
  readonly stack: StackData;
}

/**
 * The application's namespace, closed from the start: the policy that refuses everything stands before the first pod
 * and outlives the last, so no pod is ever reachable without an explicit allow.
 */
export class ApplicationNamespace extends pulumi.ComponentResource {
  /** The namespace; destroyed after all that is in it. */
  readonly namespace: pulumi.CustomResource;

  constructor(name: string, args: ApplicationNamespaceArgs, options: ComponentOptions) {
    super("ecommerce-mesh:workloads:ApplicationNamespace", name, {}, options);
    this.namespace = createCoreObject(name, applicationNamespace(args.stack), childOptions(this, options));
    createIstioObject(name, denyAll(args.stack), childOptions(this, options, [this.namespace]));
    this.registerOutputs({});
  }
}
