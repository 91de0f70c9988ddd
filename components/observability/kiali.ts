import * as pulumi from "@pulumi/pulumi";
import type { HelmRelease } from "../../mesh/kubernetes/objects.ts";
import { ADDON_SECRETS } from "../../mesh/features/observability/addons/secrets.ts";
import { KIALI_SECRET } from "../../mesh/secrets.ts";
import type { ComponentOptions } from "../kubernetes/child-options.ts";
import { createHelmRelease } from "../kubernetes/helm-release.ts";
import { createSecret } from "../kubernetes/secret.ts";
import { movedChild } from "./former-parent.ts";
import { randomPassword } from "../kubernetes/random-password.ts";

/** Kiali takes a key of 16, 24 or 32 bytes. */
const KEY_LENGTH = 32;

/** What Kiali is made from. */
export interface KialiArgs {
  /** Its release. Plain. */
  readonly release: HelmRelease;
}

/** Kiali with a signing key of its own: its pods know each other's sessions, and a restart ends none. */
export class Kiali extends pulumi.ComponentResource {
  constructor(name: string, args: KialiArgs, options: ComponentOptions) {
    super("ecommerce-mesh:observability:Kiali", name, {}, options);
    const key = randomPassword(`${name}-key`, KEY_LENGTH, movedChild(this, options));
    const data = { [ADDON_SECRETS.kiali.key]: key };
    const secret = createSecret(`${name}-signing-key`, KIALI_SECRET, data, movedChild(this, options));
    // Its pods do not start without the Secret.
    createHelmRelease(args.release, movedChild(this, options, [secret]));
    this.registerOutputs({});
  }
}
