import * as pulumi from "@pulumi/pulumi";
import { securityObjects } from "../../mesh/application.ts";
import type { StackData } from "../../mesh/stack/stack.ts";
import { createObject } from "../kubernetes/any-object.ts";
import { childOptions, type ComponentOptions } from "../kubernetes/child-options.ts";

/** What the policies are made from. */
export interface SecurityPolicyArgs {
  /** Configuration and catalog. Plain: shapes the graph. */
  readonly stack: StackData;
}

/**
 * Who may call whom, from the call graph: AuthorizationPolicies by identity, NetworkPolicies below them, and what callers prove
 * themselves with. All else is refused by the namespace.
 */
export class SecurityPolicy extends pulumi.ComponentResource {
  constructor(name: string, args: SecurityPolicyArgs, options: ComponentOptions) {
    super("ecommerce-mesh:security:SecurityPolicy", name, {}, options);
    for (const object of securityObjects(args.stack)) {
      createObject(name, object, childOptions(this, options));
    }
    this.registerOutputs({});
  }
}
