import { z } from "zod";
import { chart } from "../../../schema/charts.ts";
import {
  arn,
  dnsLabel,
  flag,
  hostedZoneId,
  httpsUrl,
  oneOf,
  optional,
  resourcesOf,
  section,
  text,
  whole,
} from "../../../schema/common.ts";

/** Directory of Let's Encrypt whose certificates browsers trust. */
const LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory";

export const existingIssuer = z.strictObject({
  name: text.optional().describe("Its name. Required where it is used."),
  kind: text.default("ClusterIssuer").describe("Its kind: `ClusterIssuer`, `Issuer`, or that of an external issuer."),
  group: text.default("cert-manager.io").describe("Its API group."),
});

/** Certificates that are renewed by themselves. Nothing of it is installed unless `traffic.tls.mode` or `mesh.istioCsr` asks for it. */
export const certificates = z.strictObject({
  issuer: oneOf(["acme", "privateCa", "existing"], "acme").describe(
    "Who signs the gateway's certificates (`traffic.tls.mode: certManager`). `acme`: an ACME authority such as Let's Encrypt, by DNS-01 in Route 53; `privateCa`: AWS Private CA; `existing`: an issuer that something else keeps.",
  ),
  acme: section({
    email: z.email().optional().describe("Address that the authority writes to. Required with `issuer: acme`."),
    server: httpsUrl.default(LETS_ENCRYPT).describe("Directory of the ACME authority. Default: Let's Encrypt."),
    zoneId: optional(hostedZoneId).describe(
      "Public hosted zone that proves who owns the hosts (DNS-01); the only one that cert-manager may change. Default: `traffic.dns.zoneId`.",
    ),
    credentialsSecret: optional(dnsLabel).describe(
      "Secret in the namespace `cert-manager` with `access-key-id` and `secret-access-key`, which something else keeps. Required with `platform.kind: kubeconfig`; on EKS, Pod Identity gives the rights.",
    ),
  }).describe("The ACME authority."),
  privateCa: section({
    arn: arn("acm-pca", "certificate-authority", "an AWS Private CA")
      .optional()
      .describe("The authority. Required where it is used."),
    resources: resourcesOf(["50m", "64Mi"], ["200m", "128Mi"]).describe("Requests and limits of a pod of the issuer."),
    chart: chart("v1.9.0", "https://cert-manager.github.io/aws-privateca-issuer").describe(
      "Chart of aws-privateca-issuer.",
    ),
  }).describe("The AWS Private CA."),
  existing: existingIssuer.prefault({}).describe("The issuer that something else keeps."),
  durationHours: whole(1)
    .default(2160)
    .describe("Hours that the gateway's certificates are valid; an ACME authority decides for itself."),
  renewBeforeHours: whole(1)
    .default(720)
    .describe("Hours before their end at which they are renewed. Less than what the authority gives."),
  certManager: section({
    install: flag(true).describe(
      "Install cert-manager. `false`: the cluster has it already, in the namespace `cert-manager`.",
    ),
    replicas: whole(1).default(2).describe("Pods of its controller, webhook and CA injector each."),
    resources: resourcesOf(["50m", "128Mi"], ["500m", "512Mi"]).describe("Requests and limits of each of these pods."),
    chart: chart("v1.21.1", "https://charts.jetstack.io").describe("Chart of cert-manager."),
  }).describe("cert-manager itself."),
});
