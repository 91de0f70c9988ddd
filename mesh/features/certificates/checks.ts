import { problemIf, type Problem } from "../../stack/errors.ts";
import type { StackConfig } from "../../stack/config.ts";
import { certifiesGateway, challengeZone, usesAcme, usesCertManager, usesPrivateCa } from "./uses.ts";
import type { Check } from "../../stack/check.ts";

const PATH = "certificates";

/** Who signs the gateway's certificates is told all that it needs, and fits the platform. */
export const checkCertificates: Check = ({ config }) =>
  usesCertManager(config)
    ? [
        ...installation(config),
        ...(usesAcme(config) ? acme(config) : []),
        ...privateCa(config),
        ...existing(config),
        ...(certifiesGateway(config) ? lifetime(config) : []),
      ]
    : unused(config);

/** What says who signs, although nothing is signed. */
function unused({ certificates, traffic }: StackConfig): Problem[] {
  const { acme, privateCa, existing } = certificates;
  const given: readonly (readonly [path: string, value: unknown])[] = [
    ["acme.email", acme.email],
    ["acme.zoneId", acme.zoneId],
    ["acme.credentialsSecret", acme.credentialsSecret],
    ["privateCa.arn", privateCa.arn],
    ["existing.name", existing.name],
  ];
  return given
    .filter(([, value]) => value !== undefined)
    .map(([path]) => ({
      path: `${PATH}.${path}`,
      message: `expected nothing, because traffic.tls.mode is ${traffic.tls.mode} and mesh.istioCsr is off: cert-manager is asked for no certificate`,
      remediation: "set traffic.tls.mode: certManager, or remove the key",
    }));
}

/** A new EKS cluster has no cert-manager but the stack's. */
function installation({ platform, certificates }: StackConfig): Problem[] {
  return problemIf(
    platform.kind === "eks" && !certificates.certManager.install,
    `${PATH}.certManager.install`,
    "expected true, because platform.kind is eks: a new cluster has no cert-manager; got false",
  );
}

function acme(config: StackConfig): Problem[] {
  const { email, credentialsSecret } = config.certificates.acme;
  const because = "because certificates.issuer is acme";
  const problems: Problem[] = [];
  if (email === undefined) {
    const remediation = "the authority writes there when something is wrong with the certificates";
    problems.push({ path: `${PATH}.acme.email`, message: `expected an address, ${because}; got nothing`, remediation });
  }
  if (challengeZone(config) === undefined) {
    problems.push({
      path: `${PATH}.acme.zoneId`,
      message: `expected the id of the public hosted zone of the hosts, ${because}; got nothing`,
      remediation: "aws route53 list-hosted-zones-by-name --dns-name example.com",
    });
  }
  if (config.platform.kind === "kubeconfig" && credentialsSecret === undefined) {
    problems.push({
      path: `${PATH}.acme.credentialsSecret`,
      message: `expected a Secret with AWS credentials, ${because} and platform.kind is kubeconfig; got nothing`,
      remediation: "or set certificates.issuer: existing, and name an issuer of the cluster",
    });
  }
  if (config.platform.kind === "eks" && credentialsSecret !== undefined) {
    problems.push({
      path: `${PATH}.acme.credentialsSecret`,
      message: `expected nothing, because platform.kind is eks, where Pod Identity gives the rights; got "${credentialsSecret}"`,
      remediation: "remove it: a key that nobody can steal needs no rotation",
    });
  }
  return problems;
}

function privateCa(config: StackConfig): Problem[] {
  if (!usesPrivateCa(config)) {
    return [];
  }
  const { certificates, mesh } = config;
  const gateway = certifiesGateway(config) && certificates.issuer === "privateCa";
  const path = gateway ? `${PATH}.issuer` : "mesh.istioCsr.issuer";
  if (config.platform.kind !== "eks") {
    const message = `expected platform.kind eks, where pods get rights in AWS; got ${gateway ? certificates.issuer : mesh.istioCsr.issuer} with ${config.platform.kind}`;
    return [{ path, message, remediation: "set issuer: existing, and name an issuer of the cluster" }];
  }
  return problemIf(
    certificates.privateCa.arn === undefined,
    `${PATH}.privateCa.arn`,
    `expected the ARN of an AWS Private CA, because ${path} is privateCa; got nothing`,
  );
}

function existing(config: StackConfig): Problem[] {
  const { certificates } = config;
  return problemIf(
    certifiesGateway(config) && certificates.issuer === "existing" && certificates.existing.name === undefined,
    `${PATH}.existing.name`,
    "expected the name of an issuer, because certificates.issuer is existing; got nothing",
    "kubectl get clusterissuers",
  );
}

function lifetime({ certificates }: StackConfig): Problem[] {
  const { durationHours, renewBeforeHours } = certificates;
  return problemIf(
    renewBeforeHours >= durationHours,
    `${PATH}.renewBeforeHours`,
    `expected less than certificates.durationHours, ${durationHours}; got ${renewBeforeHours}`,
    "or a certificate is due on the day that it is made",
  );
}
