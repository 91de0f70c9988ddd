import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { SecretTemplate } from "../../mesh/kubernetes/secret-template.ts";

/** Registers a Secret. Its values are secret to the engine too: encrypted in the state, masked in previews. */
export function createSecret(
  name: string,
  template: SecretTemplate,
  data: Readonly<Record<string, pulumi.Input<string>>>,
  options: pulumi.CustomResourceOptions,
): k8s.core.v1.Secret {
  const { metadata, type } = template;
  return new k8s.core.v1.Secret(name, { metadata, type, stringData: pulumi.secret(data) }, options);
}

/** A password of letters and digits, made once and kept in the encrypted state; secret. */
export function randomPassword(
  name: string,
  length: number,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  return pulumi.secret(new random.RandomPassword(name, { length, special: false }, options).result);
}
