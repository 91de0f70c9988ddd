import { X509Certificate } from "node:crypto";
import { z } from "zod";
import { cidr, cpuTarget, nonEmpty, optional, replicas, resourcesOf, whole } from "../../../schema/common.ts";

/** What istiod must not fetch keys from: link-local addresses hold the credentials of the node, and loopback istiod itself. */
const BLOCKED_BY_DEFAULT = ["127.0.0.0/8", "169.254.0.0/16"];

/** Certificates in PEM, and nothing else: what is here is no secret, and lies in a ConfigMap. */
const certificates = z
  .string()
  .refine(isCertificates, "expected certificates in PEM, from -----BEGIN CERTIFICATE----- on, and no key");

function isCertificates(text: string): boolean {
  const blocks = text.match(/-----BEGIN [A-Z ]+-----[^-]+-----END [A-Z ]+-----/g) ?? [];
  return blocks.length > 0 && blocks.every(isCertificate);
}

function isCertificate(block: string): boolean {
  try {
    return new X509Certificate(block).ca;
  } catch {
    return false;
  }
}

export const istiod = z.strictObject({
  replicas: replicas.prefault({ min: 3, max: 5 }).describe("Bounds of the HorizontalPodAutoscaler."),
  cpuTarget,
  resources: resourcesOf(["500m", "2Gi"], ["1000m", "4Gi"]).describe("Requests and limits of an istiod pod."),
  blockedJwksCidrs: nonEmpty(cidr)
    .default(BLOCKED_BY_DEFAULT)
    .describe("Networks from which istiod never fetches the keys of a JWT issuer, whatever a policy names."),
  jwksRootCertificates: optional(certificates).describe(
    "Authorities, in PEM, that istiod trusts beside the public ones when it fetches the keys of JWT issuers: for an identity provider inside the company.",
  ),
  debounceMilliseconds: whole(1, 10_000)
    .default(100)
    .describe("Quiet time after a change before istiod sends it to the proxies, in milliseconds."),
  debounceMaxSeconds: whole(1, 60)
    .default(10)
    .describe("Longest that istiod gathers changes before it sends them, in seconds."),
});
