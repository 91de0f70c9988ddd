import type { Specified } from "./metadata.ts";

/** Who signs: an issuer as certificates refer to it. */
export interface IssuerRef {
  readonly name: string;
  readonly kind: string;
  readonly group: string;
}

/** Group of cert-manager's own kinds. */
export const CERT_MANAGER_GROUP = "cert-manager.io";

/** A key of a Secret. */
interface SecretKey {
  readonly name: string;
  readonly key: string;
}

/** Fields that this program sets; source: cert-manager.io/v1 and acme.cert-manager.io/v1 of cert-manager 1.21. */
interface AcmeSpec {
  readonly acme: {
    readonly email?: string;
    readonly server: string;
    readonly privateKeySecretRef: { readonly name: string };
    readonly solvers: readonly {
      readonly selector: { readonly dnsNames: readonly string[] };
      readonly dns01: {
        readonly route53: {
          readonly hostedZoneID: string;
          readonly region?: string;
          readonly accessKeyIDSecretRef?: SecretKey;
          readonly secretAccessKeySecretRef?: SecretKey;
        };
      };
    }[];
  };
}

export type ClusterIssuerObject = Specified<"cert-manager.io/v1", "ClusterIssuer", AcmeSpec>;

/** An issuer of one namespace: a root that signs itself, or one that signs with a Secret. */
export type IssuerObject = Specified<
  "cert-manager.io/v1",
  "Issuer",
  { readonly selfSigned: object } | { readonly ca: { readonly secretName: string } }
>;

export type CertificateObject = Specified<
  "cert-manager.io/v1",
  "Certificate",
  {
    readonly secretName: string;
    readonly isCA?: true;
    readonly commonName?: string;
    readonly subject?: { readonly organizations: readonly string[] };
    readonly dnsNames?: readonly string[];
    readonly uris?: readonly string[];
    readonly duration: string;
    readonly renewBefore: string;
    readonly privateKey: {
      readonly algorithm: "ECDSA" | "RSA";
      readonly size: number;
      readonly rotationPolicy: "Always" | "Never";
    };
    readonly usages?: readonly string[];
    readonly revisionHistoryLimit: number;
    readonly issuerRef: IssuerRef;
  }
>;

/** An issuer that asks AWS Private CA; source: awspca.cert-manager.io/v1beta1 of aws-privateca-issuer 1.9. */
export type PrivateCaIssuerObject = Specified<
  "awspca.cert-manager.io/v1beta1",
  "AWSPCAClusterIssuer",
  { readonly arn: string; readonly region: string }
>;

/** Custom resources of cert-manager and of its issuers. */
export type CertManagerObject = ClusterIssuerObject | IssuerObject | CertificateObject | PrivateCaIssuerObject;
