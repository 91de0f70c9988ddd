import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { gatewaySecret } from "../../mesh/secrets.ts";
import { createSecret } from "../kubernetes/secret.ts";
import { childOptions, type ComponentOptions } from "../kubernetes/child-options.ts";

const HOURS_OF_A_YEAR = 8760;
/** Renewed by the next `up` once it has less than a month left. */
const RENEWAL_HOURS = 720;
/** What clients are told to trust, so it stays long. */
const AUTHORITY_HOURS = 10 * HOURS_OF_A_YEAR;
/** A certificate that outlives its authority is worth nothing: the authority is renewed while it still has a whole one before it. */
const AUTHORITY_RENEWAL_HOURS = HOURS_OF_A_YEAR + RENEWAL_HOURS;

const ECDSA = { algorithm: "ECDSA", ecdsaCurve: "P256" } as const;

export interface GatewayCertificateArgs {
  /** Host names, the first of them the subject. Plain. */
  readonly hosts: readonly string[];
  /** Name of the Secret that the Gateway refers to. Source: `traffic.tls.credentialName`. */
  readonly credentialName: string;
}

/**
 * A certificate in the ingress gateway's namespace, signed by an authority of the stack's own: for trying out, only who is told of
 * the authority trusts it. A new certificate changes the Secret in place, and the gateway takes it up without a restart.
 */
export class GatewayCertificate extends pulumi.ComponentResource {
  /** Certificate of the authority, PEM: what a client trusts to trust the gateway. No secret. */
  readonly authorityPem: pulumi.Output<string>;

  constructor(name: string, args: GatewayCertificateArgs, options: ComponentOptions) {
    super("ecommerce-mesh:traffic:GatewayCertificate", name, {}, options);
    const child = { parent: this };
    const subject = { commonName: args.hosts[0] ?? name };
    const authorityKey = new tls.PrivateKey(`${name}-ca-key`, ECDSA, child);
    const authority = new tls.SelfSignedCert(
      `${name}-ca`,
      {
        privateKeyPem: authorityKey.privateKeyPem,
        subject: { commonName: `${subject.commonName} development CA` },
        isCaCertificate: true,
        setSubjectKeyId: true,
        allowedUses: ["cert_signing", "crl_signing"],
        validityPeriodHours: AUTHORITY_HOURS,
        earlyRenewalHours: AUTHORITY_RENEWAL_HOURS,
      },
      child,
    );
    const key = new tls.PrivateKey(`${name}-key`, ECDSA, child);
    const request = new tls.CertRequest(
      `${name}-request`,
      { privateKeyPem: key.privateKeyPem, subject, dnsNames: [...args.hosts] },
      child,
    );
    const certificate = new tls.LocallySignedCert(
      `${name}-certificate`,
      {
        certRequestPem: request.certRequestPem,
        caCertPem: authority.certPem,
        caPrivateKeyPem: authorityKey.privateKeyPem,
        allowedUses: ["digital_signature", "server_auth"],
        validityPeriodHours: HOURS_OF_A_YEAR,
        earlyRenewalHours: RENEWAL_HOURS,
      },
      child,
    );
    createSecret(
      `${name}-secret`,
      gatewaySecret(args.credentialName),
      { "tls.crt": certificate.certPem, "tls.key": key.privateKeyPem },
      childOptions(this, options),
    );
    this.authorityPem = authority.certPem;
    this.registerOutputs({ authorityPem: this.authorityPem });
  }
}
