import { readFile } from "node:fs/promises";
import { SandboxError } from "../../contracts.ts";
import type { Cluster, ObjectRef } from "../kubernetes/cluster.ts";

const FIELD_MANAGER = "ecommerce-mesh-sandbox";

/** How long a definition may take to be served. */
const ESTABLISHED_WITHIN_MS = 120_000;

/**
 * Installs Istio's real CustomResourceDefinitions and waits until they are served. The manifests go to the API server as
 * they are: parsing 870 KB of YAML here would cost more than applying it.
 * @throws SandboxError `helm.istio-crds` when the file holds no definitions.
 */
export async function installIstioCrds(
  cluster: Cluster,
  path: string,
  signal: AbortSignal,
): Promise<readonly ObjectRef[]> {
  const manifests = (await readFile(path, "utf8"))
    .split(/^---\s*$/m)
    .filter((text) => /^kind: CustomResource/m.test(text));
  if (manifests.length === 0) {
    throw new SandboxError(
      "helm.istio-crds",
      `${path} holds no CustomResourceDefinition.`,
      "Remove the toolchain cache and run again.",
    );
  }
  return await Promise.all(
    manifests.map(async (manifest) => {
      const ref = definitionRef(manifest);
      const applied = await cluster.applyManifest(ref, manifest, FIELD_MANAGER, signal);
      await cluster.waitReady(applied, { timeoutMs: ESTABLISHED_WITHIN_MS, signal });
      return ref;
    }),
  );
}

function definitionRef(manifest: string): ObjectRef {
  const name = /^ {2}name: (\S+)$/m.exec(manifest)?.[1] ?? "";
  return { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", metadata: { name } };
}
