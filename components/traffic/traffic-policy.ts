import * as pulumi from "@pulumi/pulumi";
import { trafficObjects } from "../../model/application.ts";
import type { IstioObject } from "../../model/objects.ts";
import type { StackData } from "../../model/stack.ts";
import { managedFields } from "../../model/traffic/managed-fields.ts";
import { createIstioObject } from "../kubernetes/istio-object.ts";
import { childOptions, type ComponentOptions } from "../child-options.ts";

/** What the routes are made from. */
export interface TrafficPolicyArgs {
  /** Configuration and catalog. Plain: shapes the graph. */
  readonly stack: StackData;
}

/** How requests find the services: gateway, subsets and routes. */
export class TrafficPolicy extends pulumi.ComponentResource {
  constructor(name: string, args: TrafficPolicyArgs, options: ComponentOptions) {
    super("ecommerce-mesh:traffic:TrafficPolicy", name, {}, options);
    const objects = trafficObjects(args.stack);
    const isFirst = ({ kind }: IstioObject) => kind === "DestinationRule" || kind === "AuthorizationPolicy";
    const subsets = objects
      .filter(isFirst)
      .map((object) => createIstioObject(name, object, childOptions(this, options)));
    for (const object of objects.filter((object) => !isFirst(object))) {
      // A route to a subset that no DestinationRule defines answers 503: make before break. And nobody finds the way
      // out before it is said who may go there.
      createIstioObject(name, object, {
        ...childOptions(this, options, object.kind === "VirtualService" ? subsets : []),
        ignoreChanges: managedFields(args.stack, object),
      });
    }
    this.registerOutputs({});
  }
}
