import { z } from "zod";
import { chart } from "./charts.ts";
import { cidr, hostName } from "./common.ts";
import { internalGateway } from "./traffic/internal-gateway.ts";
import { rateLimitService } from "./rate-limit-service.ts";

/** The network load balancer in front of the ingress gateway. Used only with `platform.kind: eks`. */
const loadBalancer = z.strictObject({
  scheme: z.enum(["internet-facing", "internal"]).default("internet-facing").describe("Who can reach it."),
  sourceCidrs: z.array(cidr).min(1).default(["0.0.0.0/0"]).describe("Networks that may connect."),
  clientIp: z
    .enum(["preserve", "proxyProtocol", "none"])
    .default("preserve")
    .describe("How the gateway learns the client's address: from the packets, by proxy protocol v2, or not at all."),
  crossZone: z
    .boolean()
    .default(true)
    .describe("Spread connections over the gateways of all zones; costs traffic between zones."),
  deregistrationSeconds: z
    .int()
    .min(0)
    .max(3600)
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
  deletionProtection: z
    .boolean()
    .default(false)
    .describe("AWS refuses to delete the load balancer, and Pulumi protects the gateway's release."),
  chart: chart({ version: "3.5.0", repository: "https://aws.github.io/eks-charts" }).describe(
    "Chart of the AWS Load Balancer Controller.",
  ),
});

/** DNS records for the gateway's hosts. Used only with `platform.kind: eks`. */
const dns = z.strictObject({
  enabled: z
    .boolean()
    .default(false)
    .describe("Install ExternalDNS, which keeps records of the gateway's hosts in Route 53."),
  zoneId: z
    .string()
    .regex(/^Z[A-Z0-9]{5,31}$/, "expected the id of a Route 53 hosted zone such as Z0123456789ABCDEFGHIJ")
    .optional()
    .describe("Hosted zone; the only one that ExternalDNS may change. Required when enabled."),
  chart: chart({ version: "1.21.1", repository: "https://kubernetes-sigs.github.io/external-dns" }).describe(
    "Chart of ExternalDNS.",
  ),
});

/** How traffic from outside reaches the application. */
export const traffic = z.strictObject({
  hosts: z
    .array(hostName)
    .min(1)
    .optional()
    .describe("Host names that the gateway answers. Default: those of the catalog."),
  tls: z
    .strictObject({
      mode: z
        .enum(["none", "selfSigned", "certManager", "existingSecret", "acm"])
        .default("existingSecret")
        .describe(
          "`selfSigned`: a certificate of an authority of the stack's own; `certManager`: one that cert-manager gets and renews (`certificates`); `existingSecret`: a Secret that something else keeps; `acm`: TLS ends at the load balancer with `certificateArn`; `none`: HTTP only.",
        ),
      credentialName: z
        .string()
        .min(1)
        .default("ecommerce-cert")
        .describe("Name of the TLS Secret in the ingress gateway's namespace."),
      certificateArn: z
        .string()
        .regex(/^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/.+$/, "expected the ARN of an ACM certificate")
        .optional()
        .describe("ACM certificate. Required with mode `acm`."),
      minProtocolVersion: z
        .enum(["TLSV1_2", "TLSV1_3"])
        .default("TLSV1_2")
        .describe("Oldest version of TLS that the gateway speaks."),
      certificates: z
        .array(
          z.strictObject({
            hosts: z.array(hostName).min(1).describe("Hosts of the catalog that have this certificate."),
            credentialName: z
              .string()
              .min(1)
              .describe(
                "Name of its TLS Secret in the ingress gateway's namespace. cert-manager keeps it with mode `certManager`, something else with the others.",
              ),
          }),
        )
        .default([])
        .describe(
          "Certificates of some hosts, told apart by the name that the client asks for (SNI). Default: all have `credentialName`. Not with modes `none` and `acm`.",
        ),
    })
    .prefault({})
    .describe("The certificate of the gateway."),
  loadBalancer: loadBalancer.prefault({}).describe("The load balancer in front of the gateway."),
  dns: dns.prefault({}).describe("DNS records for the hosts."),
  faults: z
    .boolean()
    .default(true)
    .describe("Inject the catalog's faults. The production profile refuses them unless an exception says why."),
  mirroring: z
    .boolean()
    .default(true)
    .describe("Copy requests as the catalog says. The production profile refuses it unless an exception says why."),
  internalGateway: internalGateway
    .prefault({})
    .describe("What the internal gateway answers, and its callers. Only with `mesh.internalGateway.enabled`."),
  rateLimitService: rateLimitService.prefault({}).describe("The service that counts global rate limits."),
  httpsRedirect: z.boolean().default(true).describe("Answer HTTP with a redirect to HTTPS."),
});

export type TrafficConfig = z.infer<typeof traffic>;
