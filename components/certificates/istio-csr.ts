import * as pulumi from "@pulumi/pulumi";
import { istiodCertificate, rootObjects } from "../../mesh/features/certificates/workloads.ts";
import type { HelmRelease } from "../../mesh/kubernetes/objects.ts";
import type { StackData } from "../../mesh/stack/stack.ts";
import { childOptions, type ComponentOptions } from "../kubernetes/child-options.ts";
import { createCustomObject } from "../kubernetes/custom-object.ts";
import { createHelmRelease } from "../kubernetes/helm-release.ts";

/** What istio-csr is made from. */
export interface IstioCsrArgs {
  /** Configuration and catalog. Plain: shapes the graph. */
  readonly stack: StackData;
  /** The release of istio-csr. Plain. */
  readonly release: HelmRelease;
  /** Namespace of istiod, in which the root and istiod's certificate lie. */
  readonly istioNamespace: pulumi.Resource;
}

/**
 * Who signs the workloads' certificates in istiod's place: the mesh's root, where it has one of its own, istiod's certificate, and
 * istio-csr. istiod depends on it, since it finds its certificate at its start or not at all.
 */
export class IstioCsr extends pulumi.ComponentResource {
  constructor(name: string, args: IstioCsrArgs, options: ComponentOptions) {
    super("ecommerce-mesh:certificates:IstioCsr", name, {}, options);
    const { stack, release, istioNamespace } = args;
    // One after the other: a root is there before the issuer that signs with it, and stays until that is gone.
    let before: pulumi.Resource = istioNamespace;
    for (const object of rootObjects(stack)) {
      before = createCustomObject(name, object, childOptions(this, options, [before]));
    }
    createCustomObject(name, istiodCertificate(stack), childOptions(this, options, [before]));
    // It is ready once the issuer has signed its own certificate.
    createHelmRelease(release, childOptions(this, options, [before]));
    this.registerOutputs({});
  }
}
