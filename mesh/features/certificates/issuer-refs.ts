import { CERT_MANAGER_GROUP, type IssuerRef } from "../../kubernetes/cert-manager.ts";

export const ACME_ISSUER = "gateway-acme";

export const PRIVATE_CA_ISSUER = "private-ca";

/** The stack's ACME issuer. */
export function acmeRef(): IssuerRef {
  return { name: ACME_ISSUER, kind: "ClusterIssuer", group: CERT_MANAGER_GROUP };
}

/** The stack's issuer that asks AWS Private CA. */
export function privateCaRef(): IssuerRef {
  return { name: PRIVATE_CA_ISSUER, kind: "AWSPCAClusterIssuer", group: "awspca.cert-manager.io" };
}
