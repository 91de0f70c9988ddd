import { make } from "../../kubernetes/make.ts";
import { MANAGED_BY } from "../../kubernetes/labels.ts";
import type { StackData } from "../../stack/stack.ts";
import { certifiedHosts } from "./gateway-certificates.ts";
import {
  type CertManagerObject,
  type ClusterIssuerObject,
  type PrivateCaIssuerObject,
} from "../../kubernetes/cert-manager.ts";
import { challengeZone, usesAcme, usesPrivateCa } from "./uses.ts";
import { ACME_ISSUER, PRIVATE_CA_ISSUER } from "./issuer-refs.ts";

/** Keys of the Secret with AWS credentials, where Pod Identity gives none. */
const ACCESS_KEY = { id: "access-key-id", secret: "secret-access-key" } as const;

/** Issuers of the whole cluster that the stack makes: only these may use the rights of their controller's pods. */
export function clusterIssuers(stack: StackData): CertManagerObject[] {
  return [
    ...(usesAcme(stack.config) ? [acmeIssuer(stack)] : []),
    ...(usesPrivateCa(stack.config) ? [privateCaIssuer(stack)] : []),
  ];
}

function acmeIssuer(stack: StackData): ClusterIssuerObject {
  const { config } = stack;
  const { email, server, credentialsSecret } = config.certificates.acme;
  return make(
    "ClusterIssuer",
    { name: ACME_ISSUER, labels: MANAGED_BY },
    {
      acme: {
        ...(email === undefined ? {} : { email }),
        server,
        privateKeySecretRef: { name: `${ACME_ISSUER}-account` },
        solvers: [
          {
            // Whoever may make Certificates elsewhere in the cluster gets none for other names from it.
            selector: { dnsNames: [...new Set(certifiedHosts(stack))] },
            dns01: {
              route53: {
                // Named, it is not looked up: cert-manager needs no right to list zones.
                hostedZoneID: challengeZone(config) ?? "",
                ...(config.platform.kind === "eks" ? { region: config.platform.region } : {}),
                ...(credentialsSecret === undefined
                  ? {}
                  : {
                      accessKeyIDSecretRef: { name: credentialsSecret, key: ACCESS_KEY.id },
                      secretAccessKeySecretRef: { name: credentialsSecret, key: ACCESS_KEY.secret },
                    }),
              },
            },
          },
        ],
      },
    },
  );
}

function privateCaIssuer({ config }: StackData): PrivateCaIssuerObject {
  const arn = config.certificates.privateCa.arn ?? "";
  return make(
    "AWSPCAClusterIssuer",
    { name: PRIVATE_CA_ISSUER, labels: MANAGED_BY },
    { arn, region: arn.split(":")[3] ?? "" },
  );
}
