import * as pulumi from "@pulumi/pulumi";
import type { HelmRelease } from "../../mesh/kubernetes/objects.ts";
import { ADDON_SECRETS } from "../../mesh/features/observability/addons/secrets.ts";
import { GRAFANA_SECRET } from "../../mesh/secrets.ts";
import type { ComponentOptions } from "../kubernetes/child-options.ts";
import { createHelmRelease } from "../kubernetes/helm-release.ts";
import { createSecret } from "../kubernetes/secret.ts";
import { movedChild } from "./former-parent.ts";
import { randomPassword } from "../kubernetes/random-password.ts";

const PASSWORD_LENGTH = 24;

/** What Grafana is made from. */
export interface GrafanaArgs {
  /** Its release. Plain. */
  readonly release: HelmRelease;
}

/** Grafana with its dashboards, its data sources and an administrator's password of its own. */
export class Grafana extends pulumi.ComponentResource {
  /** Password of the user `admin`; secret. */
  readonly password: pulumi.Output<string>;

  constructor(name: string, args: GrafanaArgs, options: ComponentOptions) {
    super("ecommerce-mesh:observability:Grafana", name, {}, options);
    const { userKey, passwordKey } = ADDON_SECRETS.grafana;
    this.password = randomPassword(`${name}-password`, PASSWORD_LENGTH, movedChild(this, options));
    const data = { [userKey]: "admin", [passwordKey]: this.password };
    const secret = createSecret(`${name}-admin`, GRAFANA_SECRET, data, movedChild(this, options));
    // Its pod does not start without the Secret.
    createHelmRelease(args.release, movedChild(this, options, [secret]));
    this.registerOutputs({ password: this.password });
  }
}
