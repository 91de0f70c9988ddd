import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { externalDnsPolicy } from "../../model/iam/external-dns.ts";
import type { HelmRelease } from "../../model/objects.ts";
import { childOptions, type ComponentOptions } from "../child-options.ts";
import { PodIdentity } from "../cluster/pod-identity.ts";
import { createHelmRelease } from "../kubernetes/helm-release.ts";

/** What ExternalDNS is made from. */
export interface ExternalDnsArgs {
  /** Name of the EKS cluster. Plain. */
  readonly clusterName: string;
  /** Hosted zone, the only one that may be changed. Plain. Source: `traffic.dns.zoneId`. */
  readonly zoneId: string;
  /** Its release. Plain. */
  readonly release: HelmRelease;
}

/** ExternalDNS with rights on one zone. It reads Istio's Gateways, so it comes after their CustomResourceDefinitions. */
export class ExternalDns extends pulumi.ComponentResource {
  /** The release: up before the gateway, and gone after it, so that it sees the Gateways go and takes their records. */
  readonly release: k8s.helm.v3.Release;

  constructor(name: string, args: ExternalDnsArgs, options: ComponentOptions) {
    super("ecommerce-mesh:edge:ExternalDns", name, {}, options);
    const { clusterName, release } = args;
    const identity = new PodIdentity(
      name,
      {
        clusterName,
        namespace: release.namespace,
        serviceAccount: release.name,
        policyDocument: JSON.stringify(externalDnsPolicy(args.zoneId)),
      },
      childOptions(this, options),
    );
    this.release = createHelmRelease(release, childOptions(this, options, [identity]));
    this.registerOutputs({});
  }
}
