import type { JsonObject, KubernetesObject } from "../../kubernetes/object.ts";
import { definition, flag, list, object, oneOf, text } from "./crd-schema.ts";
import { permissiveCrds } from "./permissive-crds.ts";

/**
 * cert-manager's definitions, as far as this program writes them. Names, types, bounds and enumerations: cert-manager 1.21.1,
 * cert-manager.io/v1. A field that is not here is refused, although cert-manager may know it. Like those of the chart with
 * `crds.keep: false` they go with the release.
 */
export function certManagerCrds(): readonly KubernetesObject[] {
  const kind = (name: string, plural: string, scope: "Namespaced" | "Cluster", spec: JsonObject) =>
    definition({ group: "cert-manager.io", version: "v1", kind: name, plural, scope }, spec);
  return [
    kind("Certificate", "certificates", "Namespaced", CERTIFICATE),
    kind("Issuer", "issuers", "Namespaced", ISSUER),
    kind("ClusterIssuer", "clusterissuers", "Cluster", ISSUER),
    // Made by cert-manager alone.
    ...ofTheRelease(permissiveCrds("cert-manager.io", ["v1"], ["CertificateRequest"])),
    ...ofTheRelease(permissiveCrds("acme.cert-manager.io", ["v1"], ["Order", "Challenge"])),
  ];
}

/** Definitions of aws-privateca-issuer 1.9.0. They lie beside the chart's templates, so Helm leaves them when the release goes. */
export function privateCaCrds(): readonly KubernetesObject[] {
  const kind = (name: string, plural: string, scope: "Namespaced" | "Cluster") =>
    kept(definition({ group: "awspca.cert-manager.io", version: "v1beta1", kind: name, plural, scope }, PRIVATE_CA));
  return [
    kind("AWSPCAClusterIssuer", "awspcaclusterissuers", "Cluster"),
    kind("AWSPCAIssuer", "awspcaissuers", "Namespaced"),
  ];
}

function kept(one: KubernetesObject): KubernetesObject {
  return { ...one, metadata: { ...one.metadata, annotations: { "helm.sh/resource-policy": "keep" } } };
}

function ofTheRelease(definitions: readonly KubernetesObject[]): readonly KubernetesObject[] {
  return definitions.map((one) => ({ ...one, metadata: { ...one.metadata, annotations: {} } }));
}

const secretKey = object({ name: text, key: text }, ["name"]);
const issuerRef = object({ name: text, kind: text, group: text }, ["name"]);

const CERTIFICATE = object(
  {
    secretName: text,
    isCA: flag,
    commonName: text,
    subject: object({ organizations: list(text) }),
    dnsNames: list(text),
    uris: list(text),
    duration: text,
    renewBefore: text,
    privateKey: object({
      algorithm: oneOf("RSA", "ECDSA", "Ed25519"),
      encoding: oneOf("PKCS1", "PKCS8"),
      rotationPolicy: oneOf("Never", "Always"),
      size: { type: "integer" },
    }),
    usages: list(
      oneOf(
        "signing",
        "digital signature",
        "content commitment",
        "key encipherment",
        "key agreement",
        "data encipherment",
        "cert sign",
        "crl sign",
        "encipher only",
        "decipher only",
        "any",
        "server auth",
        "client auth",
      ),
    ),
    revisionHistoryLimit: { type: "integer", format: "int32" },
    issuerRef,
  },
  ["issuerRef", "secretName"],
);

const ROUTE53 = object({
  hostedZoneID: text,
  region: text,
  role: text,
  accessKeyIDSecretRef: secretKey,
  secretAccessKeySecretRef: secretKey,
});

const ISSUER = object({
  acme: object(
    {
      email: text,
      server: text,
      privateKeySecretRef: secretKey,
      solvers: list(
        object({
          selector: object({ dnsNames: list(text), dnsZones: list(text) }),
          dns01: object({ route53: ROUTE53 }),
        }),
      ),
    },
    ["privateKeySecretRef", "server"],
  ),
  selfSigned: object({ crlDistributionPoints: list(text) }),
  ca: object({ secretName: text }, ["secretName"]),
});

const PRIVATE_CA = object({ arn: text, region: text, role: text });
