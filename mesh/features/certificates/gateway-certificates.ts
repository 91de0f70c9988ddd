import { make, named as metadata } from "../../kubernetes/make.ts";
import type { StackConfig } from "../../stack/config.ts";
import { MANAGED_BY } from "../../kubernetes/labels.ts";
import { NAMESPACES } from "../../kubernetes/names.ts";
import type { StackData } from "../../stack/stack.ts";
import { CERT_MANAGER_GROUP, type IssuerRef, type CertificateObject } from "../../kubernetes/cert-manager.ts";
import { certifiesGateway } from "./uses.ts";
import { acmeRef, privateCaRef } from "./issuer-refs.ts";

/** Hosts that share a certificate, and the Secret that holds it. */
export interface GatewayCredential {
  readonly credentialName: string;
  readonly hosts: readonly string[];
}

/** Every TLS Secret that the ingress gateway reads, with its hosts: the application's and the consoles'. */
export function gatewayCredentials({ config, catalog }: StackData): GatewayCredential[] {
  const { credentialName, certificates } = config.traffic.tls;
  const named = certificates.flatMap(({ hosts }) => hosts);
  const { access } = config.observability;
  const consoles = Object.values(access.hosts);
  const all = [
    { credentialName, hosts: catalog.hosts.filter((host) => !named.includes(host)) },
    ...certificates,
    { credentialName: access.credentialName, hosts: consoles },
  ];
  // One Secret is one certificate, also where two lists name it.
  return [...new Set(all.map((one) => one.credentialName))]
    .map((name) => ({
      credentialName: name,
      hosts: all.filter((one) => one.credentialName === name).flatMap(({ hosts }) => hosts),
    }))
    .filter(({ hosts }) => hosts.length > 0);
}

/** Every host for which cert-manager gets a certificate. */
export function certifiedHosts(stack: StackData): string[] {
  return certifiesGateway(stack.config) ? gatewayCredentials(stack).flatMap(({ hosts }) => hosts) : [];
}

/** What cert-manager keeps for the gateway; none with another `traffic.tls.mode`. */
export function gatewayCertificates(stack: StackData): CertificateObject[] {
  const { config } = stack;
  return certifiesGateway(config) ? gatewayCredentials(stack).map((one) => certificate(config, one)) : [];
}

/** Who signs the gateway's certificates. */
export function gatewayIssuer({ certificates }: StackConfig): IssuerRef {
  switch (certificates.issuer) {
    case "acme":
      return acmeRef();
    case "privateCa":
      return privateCaRef();
    case "existing": {
      const { name = "", kind, group } = certificates.existing;
      return { name, kind, group };
    }
  }
}

/** Longest common name that X.509 allows (ub-common-name, RFC 5280). */
const MAX_COMMON_NAME = 64;

function certificate(config: StackConfig, { credentialName, hosts }: GatewayCredential): CertificateObject {
  const { durationHours, renewBeforeHours } = config.certificates;
  const issuerRef = gatewayIssuer(config);
  const [first] = hosts;
  // ACME authorities give none and warn of it. AWS Private CA would sign an empty subject, which few clients show well.
  const external = issuerRef.group !== CERT_MANAGER_GROUP;
  const named = external && first !== undefined && first.length <= MAX_COMMON_NAME;
  return make("Certificate", metadata(credentialName, NAMESPACES.ingress, MANAGED_BY), {
    // The Gateway's own name for it: cert-manager rewrites the Secret in place, and istiod hands it on.
    secretName: credentialName,
    ...(named ? { commonName: first } : {}),
    dnsNames: [...hosts],
    duration: `${durationHours}h`,
    renewBefore: `${renewBeforeHours}h`,
    privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
    // By this usage alone aws-privateca-issuer takes AWS's template for servers.
    usages: external ? ["server auth"] : ["digital signature", "server auth"],
    revisionHistoryLimit: 3,
    issuerRef,
  });
}
