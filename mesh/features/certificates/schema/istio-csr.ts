import { z } from "zod";
import { existingIssuer } from "./certificates.ts";
import { chart } from "../../../schema/charts.ts";
import { flag, oneOf, resourcesOf, whole } from "../../../schema/common.ts";

export const istioCsr = z.strictObject({
  enabled: flag(false).describe(
    "Install istio-csr and switch istiod's own authority off. For new meshes; see docs/operations.md.",
  ),
  issuer: oneOf(["ownRoot", "privateCa", "existing"], "ownRoot").describe(
    "Who signs. `ownRoot`: a root that cert-manager makes and keeps in `istio-system`; `privateCa`: the AWS Private CA of `certificates.privateCa`; `existing`: an issuer that something else keeps.",
  ),
  existing: existingIssuer.prefault({}).describe("The issuer that something else keeps."),
  maxCertificateHours: whole(1, 168)
    .default(24)
    .describe("Hours that a workload certificate is valid at the most. Proxies ask for 24, and renew at half."),
  replicas: whole(1).default(2).describe("Pods of istio-csr."),
  resources: resourcesOf(["100m", "128Mi"], ["1000m", "512Mi"]).describe("Requests and limits of such a pod."),
  chart: chart("v0.17.0", "https://charts.jetstack.io").describe("Chart of istio-csr."),
});
