import { z } from "zod";
import { hostName } from "./common.ts";

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
        .enum(["none", "selfSigned", "existingSecret"])
        .default("existingSecret")
        .describe(
          "`selfSigned`: a certificate made by the stack; `existingSecret`: a Secret that something else keeps (cert-manager); `none`: HTTP only.",
        ),
      credentialName: z
        .string()
        .min(1)
        .default("ecommerce-cert")
        .describe("Name of the TLS Secret in the ingress gateway's namespace."),
    })
    .prefault({})
    .describe("The certificate of the gateway."),
  httpsRedirect: z.boolean().default(true).describe("Answer HTTP with a redirect to HTTPS."),
});

export type TrafficConfig = z.infer<typeof traffic>;
