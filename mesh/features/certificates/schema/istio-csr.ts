import { z } from "zod";
import { existingIssuer } from "./certificates.ts";
import { chart } from "../../../schema/charts.ts";
import { resources } from "../../../schema/common.ts";

/** Workload certificates from cert-manager in place of istiod's own authority. */
export const istioCsr = z.strictObject({
  enabled: z
    .boolean()
    .default(false)
    .describe("Install istio-csr and switch istiod's own authority off. For new meshes; see docs/operations.md."),
  issuer: z
    .enum(["ownRoot", "privateCa", "existing"])
    .default("ownRoot")
    .describe(
      "Who signs. `ownRoot`: a root that cert-manager makes and keeps in `istio-system`; `privateCa`: the AWS Private CA of `certificates.privateCa`; `existing`: an issuer that something else keeps.",
    ),
  existing: existingIssuer.prefault({}).describe("The issuer that something else keeps."),
  maxCertificateHours: z
    .int()
    .min(1)
    .max(168)
    .default(24)
    .describe("Hours that a workload certificate is valid at the most. Proxies ask for 24, and renew at half."),
  replicas: z.int().min(1).default(2).describe("Pods of istio-csr."),
  resources: resources
    .prefault({ requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "1000m", memory: "512Mi" } })
    .describe("Requests and limits of such a pod."),
  chart: chart({ version: "v0.17.0", repository: "https://charts.jetstack.io" }).describe("Chart of istio-csr."),
});
