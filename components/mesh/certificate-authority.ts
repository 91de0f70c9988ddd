import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { PROJECT } from "../../mesh/load/project.ts";
import { CA_FILES, caKey } from "../../mesh/features/multi-cluster/schema/multi-cluster.ts";
import { createSecret } from "../kubernetes/secret.ts";
import type { SecretTemplate } from "../../mesh/kubernetes/secret-template.ts";

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
