import { make, named } from "../../kubernetes/make.ts";
import type { StackConfig } from "../../stack/config.ts";
import { controlPlanes, istiodName } from "../control-plane/revisions/control-planes.ts";
import { MANAGED_BY } from "../../kubernetes/labels.ts";
import { NAMESPACES, RELEASES } from "../../kubernetes/names.ts";
import type { StackData } from "../../stack/stack.ts";
import {
  CERT_MANAGER_GROUP,
  type IssuerRef,
  type CertificateObject,
  type IssuerObject,
} from "../../kubernetes/cert-manager.ts";
import { certifiesWorkloads } from "./uses.ts";
import { privateCaRef } from "./issuer-refs.ts";

const ROOT_ISSUER = "mesh-root";
const ROOT = "istio-ca";

/** Ten years, renewed in the ninth. */
const ROOT_DURATION = "87600h";
const ROOT_RENEW_BEFORE = "8760h";

/** Host and port that proxies ask for their certificates; undefined: istiod. */
export function certificateAddress(config: StackConfig): string | undefined {
  return certifiesWorkloads(config) ? `${signerHost()}:443` : undefined;
}

/** Host of istio-csr's Service, the name in its own certificate. */
export function signerHost(): string {
  return `${RELEASES.istioCsr}.${NAMESPACES.certManager}.svc`;
}

/** Who signs the workloads' certificates. */
export function workloadIssuer({ mesh }: StackConfig): IssuerRef {
  const { issuer, existing } = mesh.istioCsr;
  switch (issuer) {
    case "ownRoot":
      return { name: ROOT, kind: "Issuer", group: CERT_MANAGER_GROUP };
    case "privateCa":
      return privateCaRef();
    case "existing":
      return { name: existing.name ?? "", kind: existing.kind, group: existing.group };
  }
}

/** The mesh's own root, where no other is given, in the order in which its parts need each other. */
export function rootObjects({ config }: StackData): (IssuerObject | CertificateObject)[] {
  if (!certifiesWorkloads(config) || config.mesh.istioCsr.issuer !== "ownRoot") {
    return [];
  }
  return [
    issuer(ROOT_ISSUER, { selfSigned: {} }),
    make("Certificate", named(ROOT, NAMESPACES.istioSystem), {
      secretName: ROOT,
      isCA: true,
      commonName: `${config.mesh.meshId} root`,
      subject: { organizations: [config.mesh.trustDomain] },
      duration: ROOT_DURATION,
      renewBefore: ROOT_RENEW_BEFORE,
      // A new key would be a new root, which no running workload trusts: its renewal must be a longer life and nothing else.
      privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Never" },
      revisionHistoryLimit: 3,
      issuerRef: { name: ROOT_ISSUER, kind: "Issuer", group: CERT_MANAGER_GROUP },
    }),
    issuer(ROOT, { ca: { secretName: ROOT } }),
  ];
}

/** What cert-manager keeps for the workloads: the root, and istiod's certificate. None where istiod signs. */
export function workloadCertificates(stack: StackData): (IssuerObject | CertificateObject)[] {
  return certifiesWorkloads(stack.config) ? [...rootObjects(stack), istiodCertificate(stack)] : [];
}

/** istiod's own certificate, which it cannot sign itself any more. istiod reads it once, at its start. */
export function istiodCertificate({ config }: StackData): CertificateObject {
  const { mesh } = config;
  const hours = mesh.istioCsr.maxCertificateHours;
  const host = (name: string) => `${name}.${NAMESPACES.istioSystem}.svc`;
  const hosts = [host(RELEASES.istiod), ...controlPlanes(mesh).map((plane) => host(istiodName(plane)))];
  return make(
    "Certificate",
    {
      name: RELEASES.istiod,
      namespace: NAMESPACES.istioSystem,
      labels: MANAGED_BY,
      // An istiod that starts before its certificate is there serves no proxy until it is restarted.
      annotations: { "pulumi.com/waitFor": "condition=Ready" },
    },
    {
      // The name that the istiod chart mounts where istiod looks for it.
      secretName: "istiod-tls",
      commonName: host(RELEASES.istiod),
      dnsNames: [...new Set(hosts)],
      uris: [`spiffe://${mesh.trustDomain}/ns/${NAMESPACES.istioSystem}/sa/istiod-service-account`],
      duration: `${hours}h`,
      renewBefore: `${hours * 30}m`,
      privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
      revisionHistoryLimit: 1,
      issuerRef: workloadIssuer(config),
    },
  );
}

function issuer(name: string, spec: IssuerObject["spec"]): IssuerObject {
  return make("Issuer", named(name, NAMESPACES.istioSystem), spec);
}
