import { readFile } from "node:fs/promises";
import { stringify } from "yaml";
import { replaceFile } from "../processes/replace-file.ts";
import type { ClientName, Pki } from "./pki.ts";

/**
 * Writes a kubeconfig with everything inside, so that it can be copied, mode 0600. The same port gives the same text.
 */
export async function writeKubeconfig(path: string, server: string, pki: Pki, client: ClientName): Promise<void> {
  const [ca, cert, key] = await Promise.all([pki.ca, pki.clientCert(client), pki.clientKey(client)].map(base64OfFile));
  const name = "ecommerce-mesh-sandbox";
  const text = stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name, cluster: { server, "certificate-authority-data": ca } }],
      users: [{ name: client, user: { "client-certificate-data": cert, "client-key-data": key } }],
      contexts: [{ name, context: { cluster: name, user: client } }],
      "current-context": name,
    },
    { lineWidth: 0 },
  );
  replaceFile(path, text);
}

async function base64OfFile(path: string): Promise<string> {
  return (await readFile(path)).toString("base64");
}
