import * as pulumi from "@pulumi/pulumi";
import { workloadObjects } from "../../mesh/application.ts";
import type { StackData } from "../../mesh/stack/stack.ts";
import { sidecars } from "../../mesh/features/workloads/sidecars.ts";
import { createCoreObject } from "../kubernetes/core-object.ts";
import { createCustomObject } from "../kubernetes/custom-object.ts";
import { childOptions, type ComponentOptions } from "../kubernetes/child-options.ts";

/** What the workloads are made from. */
export interface WorkloadsArgs {
  /** Configuration and catalog. Plain: shapes the graph. */
  readonly stack: StackData;
}

/** The services of the catalog: accounts, Services, Deployments, autoscalers, disruption budgets. */
export class Workloads extends pulumi.ComponentResource {
  constructor(name: string, args: WorkloadsArgs, options: ComponentOptions) {
    super("ecommerce-mesh:workloads:Workloads", name, {}, options);
    const objects = workloadObjects(args.stack);
    const accounts = objects
      .filter((object) => object.kind === "ServiceAccount")
      .map((object) => createCoreObject(name, object, childOptions(this, options)));
    // A proxy that starts without its Sidecar first gets every host of the mesh.
    const scopes = sidecars(args.stack).map((object) => createCustomObject(name, object, childOptions(this, options)));
    for (const object of objects.filter(({ kind }) => kind !== "ServiceAccount")) {
      // A pod is refused while its ServiceAccount is not there.
      const before = object.kind === "Deployment" ? [...accounts, ...scopes] : [];
      createCoreObject(name, object, childOptions(this, options, before));
    }
    this.registerOutputs({});
  }
}
