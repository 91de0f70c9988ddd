import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { RELEASES } from "../../model/names.ts";
import { observabilityNamespace } from "../../model/namespaces.ts";
import { ADDON_SECRETS, addonReleases } from "../../model/releases/addons.ts";
import { GRAFANA_SECRET, KIALI_SECRET } from "../../model/secrets.ts";
import type { StackData } from "../../model/stack.ts";
import { createCoreObject } from "../kubernetes/core-object.ts";
import { createHelmRelease } from "../kubernetes/helm-release.ts";
import { createSecret } from "../kubernetes/secret.ts";
import { childOptions, type ComponentOptions } from "../child-options.ts";

/** Kiali takes a key of 16, 24 or 32 bytes. */
const KIALI_KEY_LENGTH = 32;
const GRAFANA_PASSWORD_LENGTH = 24;

/** What the addons are made from. */
export interface AddonsArgs {
  /** Configuration and catalog. Plain: shapes the graph. */
  readonly stack: StackData;
}

/** Prometheus, Jaeger, Grafana and Kiali, each a Helm release; what the stack switches off is left out. */
export class Addons extends pulumi.ComponentResource {
  /** Password of Grafana's user `admin`; secret. Undefined when this stack does not install Grafana. */
  readonly grafanaPassword: pulumi.Output<string> | undefined;

  constructor(name: string, args: AddonsArgs, options: ComponentOptions) {
    super("ecommerce-mesh:observability:Addons", name, {}, options);
    const releases = addonReleases(args.stack);
    const installs = (release: string) => releases.some((other) => other.name === release);
    const namespace = createCoreObject(name, observabilityNamespace(), childOptions(this, options));
    const inNamespace = childOptions(this, options, [namespace]);
    const grafana = installs(RELEASES.grafana) ? this.grafanaSecret(name, inNamespace) : undefined;
    const kiali = installs(RELEASES.kiali) ? this.kialiSecret(name, inNamespace) : undefined;
    const secrets = new Map<string, pulumi.Resource | undefined>([
      [RELEASES.grafana, grafana?.secret],
      [RELEASES.kiali, kiali],
    ]);
    for (const release of releases) {
      // The pods of Grafana and Kiali do not start without their Secrets.
      const secret = secrets.get(release.name);
      createHelmRelease(release, childOptions(this, options, secret === undefined ? [namespace] : [namespace, secret]));
    }
    this.grafanaPassword = grafana?.password;
    this.registerOutputs({ grafanaPassword: this.grafanaPassword });
  }

  private grafanaSecret(name: string, after: pulumi.ResourceOptions) {
    const { userKey, passwordKey } = ADDON_SECRETS.grafana;
    const password = this.password(`${name}-grafana-password`, GRAFANA_PASSWORD_LENGTH);
    const data = { [userKey]: "admin", [passwordKey]: password };
    return { secret: createSecret(`${name}-grafana-admin`, GRAFANA_SECRET, data, after), password };
  }

  private kialiSecret(name: string, after: pulumi.ResourceOptions): k8s.core.v1.Secret {
    const key = this.password(`${name}-kiali-key`, KIALI_KEY_LENGTH);
    return createSecret(`${name}-kiali-signing-key`, KIALI_SECRET, { [ADDON_SECRETS.kiali.key]: key }, after);
  }

  private password(name: string, length: number): pulumi.Output<string> {
    return pulumi.secret(new random.RandomPassword(name, { length, special: false }, { parent: this }).result);
  }
}
