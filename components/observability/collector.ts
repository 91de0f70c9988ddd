import * as pulumi from "@pulumi/pulumi";
import type { HelmRelease } from "../../mesh/kubernetes/objects.ts";
import { childOptions, type ComponentOptions } from "../kubernetes/child-options.ts";
import { createHelmRelease } from "../kubernetes/helm-release.ts";

/** What the collector is made from. */
export interface CollectorArgs {
  /** Its release. Plain. */
  readonly release: HelmRelease;
}

/** The OpenTelemetry collector: takes the proxies' spans and hands them to Jaeger and to every exporter. */
export class Collector extends pulumi.ComponentResource {
  constructor(name: string, args: CollectorArgs, options: ComponentOptions) {
    super("ecommerce-mesh:observability:Collector", name, {}, options);
    createHelmRelease(args.release, childOptions(this, options));
    this.registerOutputs({});
  }
}
