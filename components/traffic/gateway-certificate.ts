import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { gatewaySecret } from "../../model/secrets.ts";
import { createSecret } from "../kubernetes/secret.ts";
import { childOptions, type ComponentOptions } from "../child-options.ts";

const HOURS_OF_A_YEAR = 8760;
/** Renewed by the next `up` once it has less than a month left. */
const RENEWAL_HOURS = 720;

/** Whose certificate it is. */
export interface GatewayCertificateArgs {
  /** Host names, the first of them the subject. Plain. */
  readonly hosts: readonly string[];
  /** Name of the Secret that the Gateway refers to. Source: `traffic.tls.credentialName`. */
  readonly credentialName: string;
}

/** A self-signed certificate in the ingress gateway's namespace: for trying out, no client trusts it. */
export class GatewayCertificate extends pulumi.ComponentResource {
  constructor(name: string, args: GatewayCertificateArgs, options: ComponentOptions) {
    super("ecommerce-mesh:traffic:GatewayCertificate", name, {}, options);
    const key = new tls.PrivateKey(`${name}-key`, { algorithm: "ECDSA", ecdsaCurve: "P256" }, { parent: this });
    const certificate = new tls.SelfSignedCert(
      `${name}-certificate`,
      {
        privateKeyPem: key.privateKeyPem,
        subject: { commonName: args.hosts[0] ?? name },
        dnsNames: [...args.hosts],
        allowedUses: ["key_encipherment", "digital_signature", "server_auth"],
        validityPeriodHours: HOURS_OF_A_YEAR,
        earlyRenewalHours: RENEWAL_HOURS,
      },
      { parent: this },
    );
    createSecret(
      `${name}-secret`,
      gatewaySecret(args.credentialName),
      { "tls.crt": certificate.certPem, "tls.key": key.privateKeyPem },
      childOptions(this, options),
    );
    this.registerOutputs({});
  }
}
