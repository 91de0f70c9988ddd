import * as pulumi from "@pulumi/pulumi";
import type { ComponentPlan } from "../../mesh/groups.ts";
import type { SecretTemplate } from "../../mesh/kubernetes/secret-template.ts";
import { childOptions, type ComponentOptions } from "../kubernetes/child-options.ts";
import { createSecret, randomPassword } from "../kubernetes/secret.ts";
import { formerAliases, registerGroups } from "../ordered-objects.ts";

export interface AddonWithSecretArgs {
  /** The Secret: its resource's name behind the component's, and what it holds beside the generated value. */
  readonly secret: {
    readonly name: string;
    readonly template: SecretTemplate;
    readonly data: Readonly<Record<string, string>>;
  };
  /** The generated value: its resource's name behind the component's, its length in characters, its key in the Secret. */
  readonly generated: { readonly name: string; readonly length: number; readonly key: string };
  /** Name under which the component gives the value out. Default: it does not. */
  readonly output?: string;
}

/** A release whose pods do not start without a Secret with a generated value: Grafana's password, Kiali's signing key. */
export class AddonWithSecret extends pulumi.ComponentResource {
  /** The generated value; secret. */
  readonly generated: pulumi.Output<string>;

  constructor(plan: ComponentPlan, { secret, generated, output }: AddonWithSecretArgs, options: ComponentOptions) {
    super(plan.type, plan.name, {}, options);
    const child = { ...childOptions(this, options), ...formerAliases(plan, options) };
    this.generated = randomPassword(`${plan.name}-${generated.name}`, generated.length, child);
    const data = { ...secret.data, [generated.key]: this.generated };
    const created = createSecret(`${plan.name}-${secret.name}`, secret.template, data, child);
    registerGroups(this, plan, options, { given: new Map([["secret", [created]]]) });
    this.registerOutputs(output === undefined ? {} : { [output]: this.generated });
  }
}
