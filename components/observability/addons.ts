import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { MANAGED_BY } from "../../model/labels.ts";
import { NAMESPACES, RELEASES } from "../../model/names.ts";
import { observabilityNamespace } from "../../model/namespaces.ts";
import { ADDON_SECRETS, addonReleases } from "../../model/releases/addons.ts";
import type { StackData } from "../../model/stack.ts";
import { createCoreObject } from "../kubernetes/core-object.ts";
import { createHelmRelease } from "../kubernetes/helm-release.ts";

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

  constructor(name: string, args: AddonsArgs, options: pulumi.ComponentResourceOptions) {
    super("ecommerce-mesh:observability:Addons", name, {}, options);
    const releases = addonReleases(args.stack);
    const installs = (release: string) => releases.some((other) => other.name === release);
    const namespace = createCoreObject(name, observabilityNamespace(), { parent: this });
    const grafana = installs(RELEASES.grafana) ? this.grafanaSecret(name, namespace) : undefined;
    const kiali = installs(RELEASES.kiali) ? this.kialiSecret(name, namespace) : undefined;
    const secrets = new Map<string, pulumi.Resource | undefined>([
      [RELEASES.grafana, grafana?.secret],
      [RELEASES.kiali, kiali],
    ]);
    for (const release of releases) {
      // The pods of Grafana and Kiali do not start without their Secrets.
      const secret = secrets.get(release.name);
      createHelmRelease(release, { parent: this, dependsOn: secret === undefined ? [namespace] : [namespace, secret] });
    }
    this.grafanaPassword = grafana?.password;
    this.registerOutputs({ grafanaPassword: this.grafanaPassword });
  }

  private grafanaSecret(name: string, namespace: pulumi.Resource) {
    const { name: secretName, userKey, passwordKey } = ADDON_SECRETS.grafana;
    const password = new random.RandomPassword(
      `${name}-grafana-password`,
      { length: GRAFANA_PASSWORD_LENGTH, special: false },
      { parent: this },
    );
    const secret = this.secret(`${name}-grafana-admin`, namespace, secretName, {
      [userKey]: "admin",
      [passwordKey]: password.result,
    });
    return { secret, password: pulumi.secret(password.result) };
  }

  private kialiSecret(name: string, namespace: pulumi.Resource): k8s.core.v1.Secret {
    const key = new random.RandomPassword(
      `${name}-kiali-key`,
      { length: KIALI_KEY_LENGTH, special: false },
      { parent: this },
    );
    const { name: secretName, key: dataKey } = ADDON_SECRETS.kiali;
    return this.secret(`${name}-kiali-signing-key`, namespace, secretName, { [dataKey]: key.result });
  }

  private secret(
    name: string,
    namespace: pulumi.Resource,
    secretName: string,
    data: Record<string, pulumi.Input<string>>,
  ): k8s.core.v1.Secret {
    return new k8s.core.v1.Secret(
      name,
      {
        metadata: { name: secretName, namespace: NAMESPACES.observability, labels: MANAGED_BY },
        stringData: pulumi.secret(data),
      },
      { parent: this, dependsOn: [namespace] },
    );
  }
}
