import * as pulumi from "@pulumi/pulumi";
import { ADDON_SECRETS } from "../../mesh/features/observability/addons/secrets.ts";
import type { ComponentPlan } from "../../mesh/groups.ts";
import { RELEASES } from "../../mesh/kubernetes/names.ts";
import { GRAFANA_SECRET, KIALI_SECRET } from "../../mesh/secrets.ts";
import type { StackData } from "../../mesh/stack/stack.ts";
import type { ComponentOptions } from "../kubernetes/child-options.ts";
import { registerGroups } from "../ordered-objects.ts";
import { AddonWithSecret } from "./addon-with-secret.ts";
import { Prometheus } from "./prometheus.ts";

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

  constructor(plan: ComponentPlan, args: AddonsArgs, options: ComponentOptions) {
    super(plan.type, plan.name, {}, options);
    const { userKey, passwordKey } = ADDON_SECRETS.grafana;
    let password: pulumi.Output<string> | undefined;
    let writer: pulumi.Output<string> | undefined;
    registerGroups(this, plan, options, {
      makers: {
        prometheus: ({ components }, child) =>
          components.map((addon) => {
            const prometheus = new Prometheus(addon, args, child);
            writer = prometheus.roleArn;
            return prometheus;
          }),
        grafana: ({ components }, child) =>
          components.map((addon) => {
            const secret = { name: "admin", template: GRAFANA_SECRET, data: { [userKey]: "admin" } };
            const generated = { name: "password", length: 24, key: passwordKey };
            const grafana = new AddonWithSecret(addon, { secret, generated, output: "password" }, child);
            password = grafana.generated;
            return grafana;
          }),
        kiali: ({ components }, child) =>
          components.map((addon) => {
            const secret = { name: "signing-key", template: KIALI_SECRET, data: {} };
            // With a key of their own its pods know each other's sessions, and a restart ends none. It takes 16, 24 or 32 bytes.
            const generated = { name: "key", length: 32, key: ADDON_SECRETS.kiali.key };
            return new AddonWithSecret(addon, { secret, generated }, child);
          }),
      },
    });
    this.grafanaPassword = password;
    this.roleArns = writer === undefined ? {} : { [RELEASES.prometheus]: writer };
    this.registerOutputs({ grafanaPassword: this.grafanaPassword, roleArns: this.roleArns });
  }
}
