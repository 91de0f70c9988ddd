import { z } from "zod";
import { chart } from "../schema/charts.ts";
import {
  arn,
  cidr,
  flag,
  hostName,
  hostedZoneId,
  list,
  nonEmpty,
  oneOf,
  optional,
  section,
  text,
  whole,
} from "../schema/common.ts";
import { internalGateway } from "../features/gateways/schema/internal-gateway.ts";
import { rateLimitService } from "../features/rate-limits/schema/rate-limit-service.ts";

/** The network load balancer in front of the ingress gateway. Used only with `platform.kind: eks`. */
const loadBalancer = z.strictObject({
  scheme: oneOf(["internet-facing", "internal"], "internet-facing").describe("Who can reach it."),
  sourceCidrs: nonEmpty(cidr).default(["0.0.0.0/0"]).describe("Networks that may connect."),
  clientIp: oneOf(["preserve", "proxyProtocol", "none"], "preserve").describe(
    "How the gateway learns the client's address: from the packets, by proxy protocol v2, or not at all.",
  ),
  crossZone: flag(true).describe("Spread connections over the gateways of all zones; costs traffic between zones."),
  deregistrationSeconds: whole(0, 3600)
    .default(30)
    .describe("Seconds that a leaving gateway keeps its connections; shorter than the gateway's own drain."),
  accessLogsBucket: z
    .string()
    .min(3)
    .max(63)
    .optional()
    .describe(
      "S3 bucket that takes the TLS access logs; it must let AWS write (docs/operations.md). Default: none are kept.",
    ),
  deletionProtection: flag(false).describe(
    "AWS refuses to delete the load balancer, and Pulumi protects the gateway's release.",
  ),
  chart: chart("3.5.0", "https://aws.github.io/eks-charts").describe("Chart of the AWS Load Balancer Controller."),
});

export const traffic = z.strictObject({
  hosts: nonEmpty(hostName).optional().describe("Host names that the gateway answers. Default: those of the catalog."),
  tls: section({
    mode: oneOf(["none", "selfSigned", "certManager", "existingSecret", "acm"], "existingSecret").describe(
      "`selfSigned`: a certificate of an authority of the stack's own; `certManager`: one that cert-manager gets and renews (`certificates`); `existingSecret`: a Secret that something else keeps; `acm`: TLS ends at the load balancer with `certificateArn`; `none`: HTTP only.",
    ),
    credentialName: text
      .default("ecommerce-cert")
      .describe("Name of the TLS Secret in the ingress gateway's namespace."),
    certificateArn: arn("acm", "certificate", "an ACM certificate")
      .optional()
      .describe("ACM certificate. Required with mode `acm`."),
    minProtocolVersion: oneOf(["TLSV1_2", "TLSV1_3"], "TLSV1_2").describe(
      "Oldest version of TLS that the gateway speaks.",
    ),
    certificates: list(
      z.strictObject({
        hosts: nonEmpty(hostName).describe("Hosts of the catalog that have this certificate."),
        credentialName: text.describe(
          "Name of its TLS Secret in the ingress gateway's namespace. cert-manager keeps it with mode `certManager`, something else with the others.",
        ),
      }),
    ).describe(
      "Certificates of some hosts, told apart by the name that the client asks for (SNI). Default: all have `credentialName`. Not with modes `none` and `acm`.",
    ),
  }).describe("The certificate of the gateway."),
  loadBalancer: loadBalancer.prefault({}).describe("The load balancer in front of the gateway."),
  dns: section({
    enabled: flag(false).describe("Install ExternalDNS, which keeps records of the gateway's hosts in Route 53."),
    zoneId: optional(hostedZoneId).describe(
      "Hosted zone; the only one that ExternalDNS may change. Required when enabled.",
    ),
    chart: chart("1.21.1", "https://kubernetes-sigs.github.io/external-dns").describe("Chart of ExternalDNS."),
  }).describe("DNS records for the hosts."),
  faults: flag(true).describe(
    "Inject the catalog's faults. The production profile refuses them unless an exception says why.",
  ),
  mirroring: flag(true).describe(
    "Copy requests as the catalog says. The production profile refuses it unless an exception says why.",
  ),
  internalGateway: internalGateway
    .prefault({})
    .describe("What the internal gateway answers, and its callers. Only with `mesh.internalGateway.enabled`."),
  rateLimitService: rateLimitService.prefault({}).describe("The service that counts global rate limits."),
  httpsRedirect: flag(true).describe("Answer HTTP with a redirect to HTTPS."),
});
