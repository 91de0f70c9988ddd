import * as pulumi from "@pulumi/pulumi";
import type { HelmRelease } from "../../mesh/kubernetes/objects.ts";
import type { ComponentOptions } from "../kubernetes/child-options.ts";
import { createHelmRelease } from "../kubernetes/helm-release.ts";
import { movedChild } from "./former-parent.ts";

/** What Jaeger is made from. */
export interface JaegerArgs {
  /** Its release. Plain. */
  readonly release: HelmRelease;
}

/** Jaeger 2: takes traces by OTLP, keeps and shows them. */
export class Jaeger extends pulumi.ComponentResource {
  constructor(name: string, args: JaegerArgs, options: ComponentOptions) {
    super("ecommerce-mesh:observability:Jaeger", name, {}, options);
    createHelmRelease(args.release, movedChild(this, options));
    this.registerOutputs({});
  }
}
