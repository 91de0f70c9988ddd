import assert from "node:assert/strict";
import { program } from "../../components/program.ts";
import { record, type Registered } from "../support/record.ts";
import { settingsOf, STACKS } from "../support/stacks.ts";

function found(graph: readonly Registered[], type: string, name?: string): Registered {
  const resource = graph.find((one) => one.type === type && (name === undefined || one.name === name));
  assert.ok(resource, `${type} ${name ?? ""}`);
  return resource;
}

const LEAF = "tls:index/locallySignedCert:LocallySignedCert";
const AUTHORITY = "tls:index/selfSignedCert:SelfSignedCert";

describe("certificates from cert-manager", () => {
  it("in prod are asked of an ACME authority, with a role that is given out, and nothing that the stack signs itself", async () => {
    const prod = await record(() => program(), { stack: "prod", settings: settingsOf("prod") });
    const certificate = found(prod, "kubernetes:cert-manager.io/v1:Certificate").inputs as {
      readonly metadata: object;
      readonly spec: { readonly secretName: string; readonly issuerRef: { readonly name: string } };
    };
    const issuer = found(prod, "kubernetes:cert-manager.io/v1:ClusterIssuer");
    assert.equal((issuer.inputs["metadata"] as { readonly name: string }).name, certificate.spec.issuerRef.name);
    const gateways = prod.filter(({ type }) => type === "kubernetes:networking.istio.io/v1:Gateway");
    assert.match(
      JSON.stringify(gateways.map(({ inputs }) => inputs)),
      new RegExp(`"credentialName":"${certificate.spec.secretName}"`),
    );
    assert.ok(!prod.some(({ type, name }) => type.startsWith("tls:") || name === "certificate-secret"));
    const policy = found(prod, "aws:iam/rolePolicy:RolePolicy", "cert-manager-cert-manager-policy");
    assert.match(String(policy.inputs["policy"]), /_acme-challenge\.ecommerce\.example\.com/);
  });
});

describe("the certificate that the stack signs itself", () => {
  let dev: Registered[];

  before(async () => {
    dev = await record(() => program(), { stack: "dev", settings: settingsOf("dev") });
  });

  it("is a leaf of an authority that may sign and nothing else", () => {
    const authority = found(dev, AUTHORITY).inputs;
    assert.equal(authority["isCaCertificate"], true);
    assert.deepEqual(authority["allowedUses"], ["cert_signing", "crl_signing"]);
    const leaf = found(dev, LEAF).inputs;
    assert.equal(leaf["isCaCertificate"], undefined);
    assert.deepEqual(leaf["allowedUses"], ["digital_signature", "server_auth"]);
    assert.ok(found(dev, LEAF).dependencies.includes(found(dev, AUTHORITY).urn));
  });

  it("is renewed before its end, and its authority before a leaf could outlive it", () => {
    const hours = (type: string, key: string) => Number(found(dev, type).inputs[key]);
    assert.ok(hours(LEAF, "earlyRenewalHours") >= 24 * 7);
    assert.ok(hours(AUTHORITY, "earlyRenewalHours") > hours(LEAF, "validityPeriodHours"));
    assert.ok(hours(AUTHORITY, "validityPeriodHours") > 2 * hours(AUTHORITY, "earlyRenewalHours"));
  });

  it("rotates in the Secret that the gateway reads: new content is an update of the same object, on every stack", async () => {
    const secret = found(dev, "kubernetes:core/v1:Secret", "certificate-secret");
    assert.deepEqual(secret.ignoreChanges, []);
    for (const stack of STACKS) {
      const graph = stack === "dev" ? dev : await record(() => program(), { stack, settings: settingsOf(stack) });
      const options = found(graph, "pulumi:providers:kubernetes").inputs;
      // Without it, Pulumi's Kubernetes provider replaces a Secret whose content changes.
      assert.equal(String(options["enableSecretMutable"]), "true", stack);
    }
  });
});
