import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";

/** Who a client certificate speaks for. */
export type ClientName = "admin" | "kube-controller-manager" | "kube-scheduler" | "mesh-node" | "kwok" | "etcd-client";

const CLIENTS: readonly ClientName[] = [
  "admin",
  "kube-controller-manager",
  "kube-scheduler",
  "mesh-node",
  "kwok",
  "etcd-client",
];

/** Where pods find the API server: the first Service address, and that of mesh-node's forwarder behind it. */
const CLUSTER_ADDRESSES = ["172.20.0.1", "100.127.255.1"];

/** Paths of keys and certificates, all PEM. */
export interface Pki {
  readonly ca: string;
  readonly servingCert: string;
  readonly servingKey: string;
  readonly serviceAccountKey: string;
  readonly serviceAccountPublicKey: string;
  clientCert(name: ClientName): string;
  clientKey(name: ClientName): string;
}

/** Where the keys and certificates of a directory are, whether they exist or not. */
export function pkiIn(dir: string): Pki {
  return {
    ca: join(dir, "ca.crt"),
    servingCert: join(dir, "serving.crt"),
    servingKey: join(dir, "serving.key"),
    serviceAccountKey: join(dir, "service-account.key"),
    serviceAccountPublicKey: join(dir, "service-account.pub"),
    clientCert: (name) => join(dir, `${name}.crt`),
    clientKey: (name) => join(dir, `${name}.key`),
  };
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const YEARS = 10;

interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

/**
 * Makes the keys and certificates of a control plane unless they are there: an authority of its own, one serving
 * certificate for loopback, client certificates, and the key that signs service account tokens. The authority's key
 * is thrown away after use, so that nobody can sign another certificate.
 */
export async function ensurePki(dir: string): Promise<Pki> {
  if (!existsSync(dir)) {
    // All or nothing: a half-written set of keys would never be mended.
    const unfinished = `${dir}.unfinished`;
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { recursive: true, mode: 0o700 });
    await writePki(pkiIn(unfinished));
    await rename(unfinished, dir);
  }
  return pkiIn(dir);
}

async function writePki(pki: Pki): Promise<void> {
  const authority = await makeAuthority();
  await writeSecret(pki.ca, authority.certificate.toString("pem"));
  await writePair(pki.servingCert, pki.servingKey, await sign(authority, "CN=ecommerce-mesh-sandbox", "server"));
  for (const name of CLIENTS) {
    // The programs get full rights instead of their narrow roles: this cluster guards nothing from them.
    await writePair(
      pki.clientCert(name),
      pki.clientKey(name),
      await sign(authority, `CN=sandbox:${name}, O=system:masters`, "client"),
    );
  }
  const tokens = await generateKeys();
  await writeSecret(pki.serviceAccountKey, await privatePem(tokens.privateKey));
  await writeSecret(
    pki.serviceAccountPublicKey,
    x509.PemConverter.encode(await webcrypto.subtle.exportKey("spki", tokens.publicKey), "PUBLIC KEY"),
  );
}

async function makeAuthority(): Promise<Authority> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      ...validity(),
      name: "CN=ecommerce-mesh sandbox",
      keys,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      ],
    },
    webcrypto,
  );
  return { certificate, keys };
}

async function sign(
  authority: Authority,
  subject: string,
  use: "server" | "client",
): Promise<{ certificate: string; key: string }> {
  const keys = await generateKeys();
  const names = new x509.SubjectAlternativeNameExtension([
    ...["127.0.0.1", ...CLUSTER_ADDRESSES].map((value) => ({ type: "ip" as const, value })),
    ...[
      "localhost",
      "kubernetes",
      "kubernetes.default",
      "kubernetes.default.svc",
      "kubernetes.default.svc.cluster.local",
    ].map((value) => ({
      type: "dns" as const,
      value,
    })),
  ]);
  // etcd's gateway calls its own server with the serving certificate, hence both uses.
  const uses =
    use === "server"
      ? [x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]
      : [x509.ExtendedKeyUsage.clientAuth];
  const certificate = await x509.X509CertificateGenerator.create(
    {
      ...validity(),
      subject,
      issuer: authority.certificate.subject,
      publicKey: keys.publicKey,
      signingKey: authority.keys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension(uses),
        ...(use === "server" ? [names] : []),
      ],
    },
    webcrypto,
  );
  return { certificate: certificate.toString("pem"), key: await privatePem(keys.privateKey) };
}

function validity(): { notBefore: Date; notAfter: Date; serialNumber: string } {
  const now = Date.now();
  const serialNumber = Buffer.from(webcrypto.getRandomValues(new Uint8Array(15))).toString("hex");
  // A day back: clocks of virtual machines jump.
  return {
    notBefore: new Date(now - 86_400_000),
    notAfter: new Date(now + YEARS * 365 * 86_400_000),
    serialNumber: `01${serialNumber}`,
  };
}

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}

async function privatePem(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY");
}

async function writePair(certPath: string, keyPath: string, pair: { certificate: string; key: string }): Promise<void> {
  await writeSecret(certPath, pair.certificate);
  await writeSecret(keyPath, pair.key);
}

async function writeSecret(path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: 0o600 });
}
