import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** A password of letters and digits, made once and kept in the encrypted state; secret. */
export function randomPassword(
  name: string,
  length: number,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  return pulumi.secret(new random.RandomPassword(name, { length, special: false }, options).result);
}
