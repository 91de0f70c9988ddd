import * as pulumi from "@pulumi/pulumi";
import { gatewayCertificates } from "../../mesh/features/certificates/gateway.ts";
import type { StackData } from "../../mesh/stack/stack.ts";
import { childOptions, type ComponentOptions } from "../kubernetes/child-options.ts";
import { createCustomObject } from "../kubernetes/custom-object.ts";

/** What the certificates are made from. */
export interface GatewayCertificatesArgs {
  /** Configuration and catalog. Plain: shapes the graph. */
  readonly stack: StackData;
}

/**
 * The certificates of the ingress gateway that cert-manager gets and renews. Nothing waits for them: an authority may take minutes, and
 * until then the gateway answers HTTP alone. The doctor names those that are not ready.
 */
export class GatewayCertificates extends pulumi.ComponentResource {
  constructor(name: string, args: GatewayCertificatesArgs, options: ComponentOptions) {
    super("ecommerce-mesh:certificates:GatewayCertificates", name, {}, options);
    for (const object of gatewayCertificates(args.stack)) {
      createCustomObject(name, object, childOptions(this, options));
    }
    this.registerOutputs({});
  }
}
