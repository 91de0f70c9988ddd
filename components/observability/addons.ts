import * as pulumi from "@pulumi/pulumi";
import { RELEASES } from "../../mesh/kubernetes/names.ts";
import { observabilityNamespace } from "../../mesh/features/workloads/namespaces.ts";
import { addonNetworkPolicies } from "../../mesh/features/network-policies/observability.ts";
import {
  collectorRelease,
  grafanaRelease,
  jaegerRelease,
  kialiRelease,
  prometheusRelease,
} from "../../mesh/features/observability/releases.ts";
import type { StackData } from "../../mesh/stack/stack.ts";
import { createCoreObject } from "../kubernetes/core-object.ts";
import { childOptions, type ComponentOptions } from "../kubernetes/child-options.ts";
import { Collector } from "./collector.ts";
import { Grafana } from "./grafana.ts";
import { Jaeger } from "./jaeger.ts";
import { Kiali } from "./kiali.ts";
import { Prometheus } from "./prometheus.ts";

/** What the addons are made from. */
export interface AddonsArgs {
  /** Configuration and catalog. Plain: shapes the graph. */
  readonly stack: StackData;
  /** Name of the cluster. */
  readonly clusterName: pulumi.Input<string>;
}

/** Metrics, traces and consoles, each a component of its own; what the stack switches off is left out. */
export class Addons extends pulumi.ComponentResource {
  /** Password of Grafana's user `admin`; secret. Undefined when this stack does not install Grafana. */
  readonly grafanaPassword: pulumi.Output<string> | undefined;
  /** ARNs of the IAM roles of addons that call AWS, by the name of their release. */
  readonly roleArns: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: AddonsArgs, options: ComponentOptions) {
    super("ecommerce-mesh:observability:Addons", name, {}, options);
    const { stack, clusterName } = args;
    const namespace = createCoreObject(name, observabilityNamespace(), childOptions(this, options));
    // Closed before the first pod, so that no addon is ever open to everybody.
    const policies = addonNetworkPolicies(stack).map((policy) =>
      createCoreObject(name, policy, childOptions(this, options, [namespace])),
    );
    const after = childOptions(this, options, [namespace, ...policies]);

    const prometheus = prometheusRelease(stack);
    const metrics =
      prometheus && new Prometheus(`${name}-prometheus`, { stack, release: prometheus, clusterName }, after);
    const jaeger = jaegerRelease(stack);
    if (jaeger !== undefined) {
      new Jaeger(`${name}-jaeger`, { release: jaeger }, after);
    }
    const collector = collectorRelease(stack);
    if (collector !== undefined) {
      new Collector(`${name}-collector`, { release: collector }, after);
    }
    const grafana = grafanaRelease(stack);
    const dashboards = grafana && new Grafana(`${name}-grafana`, { release: grafana }, after);
    const kiali = kialiRelease(stack);
    if (kiali !== undefined) {
      new Kiali(`${name}-kiali`, { release: kiali }, after);
    }
    this.grafanaPassword = dashboards?.password;
    this.roleArns = metrics?.roleArn === undefined ? {} : { [RELEASES.prometheus]: metrics.roleArn };
    this.registerOutputs({ grafanaPassword: this.grafanaPassword, roleArns: this.roleArns });
  }
}
