import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { PROJECT } from "../../config/project.ts";
import { CA_FILES, caKey } from "../../config/schema/mesh/multi-cluster.ts";
import type { SecretTemplate } from "../../model/secrets.ts";
import { createSecret } from "../kubernetes/secret.ts";

/**
 * Registers the Secret of the mesh's certificate authority, its files read from the engine's secrets.
 * @param parentName name of the component that owns it
 */
export function createAuthority(
  parentName: string,
  template: SecretTemplate,
  options: pulumi.CustomResourceOptions,
): k8s.core.v1.Secret {
  const config = new pulumi.Config(PROJECT);
  const data = Object.fromEntries(CA_FILES.map((file) => [file, config.requireSecret(caKey(file))]));
  return createSecret(`${parentName}-cacerts`, template, data, options);
}
