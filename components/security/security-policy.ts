import * as pulumi from "@pulumi/pulumi";
import { allowPolicies } from "../../model/security/authorization-policies.ts";
import type { StackData } from "../../model/stack.ts";
import { createIstioObject } from "../kubernetes/istio-object.ts";
import { childOptions, type ComponentOptions } from "../child-options.ts";

/** What the policies are made from. */
export interface SecurityPolicyArgs {
  /** Configuration and catalog. Plain: shapes the graph. */
  readonly stack: StackData;
}

/** Who may call whom: one ALLOW policy for each arrow of the call graph. All else is refused by the namespace. */
export class SecurityPolicy extends pulumi.ComponentResource {
  constructor(name: string, args: SecurityPolicyArgs, options: ComponentOptions) {
    super("ecommerce-mesh:security:SecurityPolicy", name, {}, options);
    for (const object of allowPolicies(args.stack)) {
      createIstioObject(name, object, childOptions(this, options));
    }
    this.registerOutputs({});
  }
}
