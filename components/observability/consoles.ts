import * as pulumi from "@pulumi/pulumi";
import { consoleObjects } from "../../mesh/features/observability/consoles.ts";
import type { StackData } from "../../mesh/stack/stack.ts";
import { childOptions, type ComponentOptions } from "../kubernetes/child-options.ts";
import { createCustomObject } from "../kubernetes/custom-object.ts";

/** What shows consoles is made from. */
export interface ConsolesArgs {
  /** Configuration and catalog. Plain: shapes the graph. */
  readonly stack: StackData;
}

/** Grafana and Kiali at the ingress gateway, where the stack gives them host names: nothing by default. */
export class Consoles extends pulumi.ComponentResource {
  constructor(name: string, args: ConsolesArgs, options: ComponentOptions) {
    super("ecommerce-mesh:observability:Consoles", name, {}, options);
    for (const object of consoleObjects(args.stack)) {
      createCustomObject(name, object, childOptions(this, options));
    }
    this.registerOutputs({});
  }
}
