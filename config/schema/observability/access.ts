import { z } from "zod";
import { hostName } from "../common.ts";
import { secretKey } from "./addon.ts";

const httpsUrl = z.url({ protocol: /^https$/, error: "expected an https address" });

const oidc = z.strictObject({
  issuer: httpsUrl.describe("Issuer of the identity provider."),
  authUrl: httpsUrl.describe("Its authorization endpoint. Grafana does not look it up."),
  tokenUrl: httpsUrl.describe("Its token endpoint."),
  userInfoUrl: httpsUrl.describe("Its userinfo endpoint."),
  clientId: z.string().min(1).describe("Id of the client that you registered for the consoles."),
  clientSecret: secretKey
    .extend({ key: secretKey.shape.key.default("oidc-secret") })
    .describe("Its secret. Kiali reads it from the Secret `kiali` under `oidc-secret`: keep it there."),
});

/** Consoles behind the ingress gateway. Nothing is exposed by default. */
export const access = z.strictObject({
  hosts: z
    .strictObject({
      grafana: hostName.optional().describe("Host name of Grafana."),
      kiali: hostName.optional().describe("Host name of Kiali."),
    })
    .default({})
    .describe(
      "Host names under which the ingress gateway shows a console. Default: none; `mesh open` forwards a port.",
    ),
  credentialName: z
    .string()
    .min(1)
    .default("consoles-tls")
    .describe("Secret with the certificate of these hosts, in the namespace `istio-ingress`; you keep it."),
  oidc: oidc.optional().describe("Who may come in. Required where a host is given."),
});
