import * as pulumi from "@pulumi/pulumi";
import { trafficObjects } from "../../mesh/application.ts";
import { gatewayApiObjects } from "../../mesh/features/gateway-api/objects.ts";
import type { IstioObject } from "../../mesh/kubernetes/objects.ts";
import type { StackData } from "../../mesh/stack/stack.ts";
import { managedFields } from "../../mesh/features/routing/managed-fields.ts";
import { createObject } from "../kubernetes/any-object.ts";
import { createCustomObject } from "../kubernetes/custom-object.ts";
import { childOptions, type ComponentOptions } from "../kubernetes/child-options.ts";

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
      .map((object) => createCustomObject(name, object, childOptions(this, options)));
    for (const object of objects.filter((object) => !isFirst(object))) {
      // A route to a subset that no DestinationRule defines answers 503: make before break. And nobody finds the way
      // out before it is said who may go there.
      createCustomObject(name, object, {
        ...childOptions(this, options, object.kind === "VirtualService" ? subsets : []),
        ignoreChanges: managedFields(args.stack, object),
      });
    }
    this.#gatewayApi(name, args.stack, options, subsets);
    this.registerOutputs({});
  }

  /** Routes come after what they name: the Gateway, the versions' Services, and how these are reached. */
  #gatewayApi(name: string, stack: StackData, options: ComponentOptions, subsets: readonly pulumi.Resource[]): void {
    const objects = gatewayApiObjects(stack);
    const named = objects
      .filter(({ kind }) => kind !== "HTTPRoute")
      .map((object) => createObject(name, object, childOptions(this, options)));
    for (const object of objects.filter(({ kind }) => kind === "HTTPRoute")) {
      createObject(name, object, childOptions(this, options, [...subsets, ...named]));
    }
  }
}
