import type { Stack } from "../../mesh/load/load.ts";
import { gatewayCredentials, type GatewayCredential } from "../../mesh/features/certificates/gateway-certificates.ts";
import { NAMESPACES } from "../../mesh/kubernetes/names.ts";
import { KubernetesClient } from "../cluster/client.ts";
import { readKubeconfig } from "../cluster/kubeconfig.ts";
import { FAKE_ANNOTATION } from "../cluster/marks.ts";
import { objectAt } from "../../mesh/kubernetes/fields.ts";
import { selfSigned } from "../providers/cloud/tls/certificates.ts";
import { newKey } from "../providers/cloud/tls/keys.ts";

const SECRETS = `/api/v1/namespaces/${NAMESPACES.ingress}/secrets`;

/** Ten years: it lives as long as the sandbox does. */
const HOURS = 87_600;

/**
 * Makes the TLS Secrets of the ingress gateway that nobody makes in the sandbox: those of cert-manager, whose authority cannot be asked,
 * and those that the user brings to a real cluster. Without them the gateway closes every TLS connection. A Secret that is there stays.
 * @returns names of the Secrets that stand in for another, also of former runs
 */
export async function fakeCertificates(
  stack: Pick<Stack, "config" | "catalog">,
  kubeconfig: string,
  signal: AbortSignal,
): Promise<string[]> {
  if (["none", "acm"].includes(stack.config.traffic.tls.mode)) {
    return [];
  }
  const client = new KubernetesClient(await readKubeconfig(kubeconfig));
  try {
    const made: string[] = [];
    for (const credential of gatewayCredentials(stack)) {
      const found = await client.find(`${SECRETS}/${credential.credentialName}`, { signal });
      const secret = found ?? (await client.call("POST", SECRETS, { body: await secretOf(credential), signal }));
      if (objectAt(secret, "metadata", "annotations")[FAKE_ANNOTATION] !== undefined) {
        made.push(`${NAMESPACES.ingress}/${credential.credentialName}`);
      }
    }
    return made;
  } finally {
    client.close();
  }
}

/** A certificate that is signed by its own key, with the hosts that the real one would have. */
async function secretOf({ credentialName, hosts }: GatewayCredential): Promise<object> {
  const { privateKeyPem, privateKeyPemPkcs8 } = await newKey({ algorithm: "ECDSA", ecdsaCurve: "P256" });
  const { certPem } = await selfSigned({
    privateKeyPem,
    subject: { commonName: "fake of the sandbox" },
    dnsNames: [...hosts],
    allowedUses: ["digital_signature", "server_auth"],
    validityPeriodHours: HOURS,
  });
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: credentialName, annotations: { [FAKE_ANNOTATION]: "self-signed: nobody issues it here" } },
    type: "kubernetes.io/tls",
    stringData: { "tls.crt": certPem, "tls.key": privateKeyPemPkcs8 },
  };
}
