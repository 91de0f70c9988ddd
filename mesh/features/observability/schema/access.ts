import { z } from "zod";
import { hostName, httpsUrl, list, optionalSection, text, withDefault } from "../../../schema/common.ts";
import { secretKey } from "./addon.ts";

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
  credentialName: withDefault(text, "consoles-tls").describe(
    "Secret with the certificate of these hosts, in the namespace `istio-ingress`. cert-manager keeps it with `traffic.tls.mode: certManager`, otherwise you do.",
  ),
  oidc: optionalSection({
    issuer: httpsUrl.describe("Issuer of the identity provider."),
    authUrl: httpsUrl.describe("Its authorization endpoint. Grafana does not look it up."),
    tokenUrl: httpsUrl.describe("Its token endpoint."),
    userInfoUrl: httpsUrl.describe("Its userinfo endpoint."),
    clientId: text.describe("Id of the client that you registered for the consoles."),
    clientSecret: secretKey
      .extend({ key: secretKey.shape.key.default("oidc-secret") })
      .describe("Its secret, in the Secret that you keep. Kiali reads the key `oidc-secret` and no other."),
    allowedDomains: list(hostName).describe(
      "Domains of the e-mail addresses that may come in. Default: everybody who has an account at the identity provider, so name them where it is a public one.",
    ),
  }).describe("Who may come in. Required where a host is given."),
});
