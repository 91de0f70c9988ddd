import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { readStackFile } from "../../../mesh/load/load.ts";
import { writeKubeconfig } from "../../../sandbox/control-plane/kubeconfig.ts";
import { ensurePki } from "../../../sandbox/control-plane/pki.ts";
import { fakeCertificates } from "../../../sandbox/driver/fake-certificates.ts";
import { PROJECT_DIRECTORY } from "../../support/stacks.ts";

const SECRETS = "/api/v1/namespaces/istio-ingress/secrets";

interface SecretBody {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly stringData?: Readonly<Record<string, string>>;
}

describe("certificates that nobody issues in the sandbox", () => {
  const dir = mkdtempSync(join(tmpdir(), "mesh-certificates-"));
  const kubeconfig = join(dir, "kubeconfig");
  const { signal } = new AbortController();
  const secrets = new Map<string, SecretBody>();
  let posts = 0;
  let server: Server;

  before(async () => {
    const pki = await ensurePki(join(dir, "pki"));
    server = createServer({ cert: readFileSync(pki.servingCert), key: readFileSync(pki.servingKey) });
    server.on("request", (request, response) => {
      const answer = (status: number, body: unknown) => {
        response.writeHead(status, { "content-type": "application/json" });
        response.end(JSON.stringify(body));
      };
      if (request.method === "POST" && request.url === SECRETS) {
        posts += 1;
        void text(request).then((body) => {
          const secret = JSON.parse(body) as SecretBody;
          secrets.set(secret.metadata.name, secret);
          answer(201, secret);
        });
        return;
      }
      const found = secrets.get(request.url?.replace(`${SECRETS}/`, "") ?? "");
      answer(found === undefined ? 404 : 200, found ?? { kind: "Status", reason: "NotFound", message: "not found" });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await writeKubeconfig(kubeconfig, `https://127.0.0.1:${port}`, pki, "admin");
  });
  after(() => {
    server.closeAllConnections();
    server.close();
    rmSync(dir, { recursive: true });
  });
  beforeEach(() => {
    secrets.clear();
    posts = 0;
  });

  it("are made once, for the hosts of the real one and with the key that fits", async () => {
    const prod = readStackFile(PROJECT_DIRECTORY, "prod");
    const made = await fakeCertificates(prod, kubeconfig, signal);
    assert.deepEqual(made, ["istio-ingress/ecommerce-cert"]);
    const { stringData = {} } = secrets.get("ecommerce-cert") ?? {};
    const certificate = new X509Certificate(stringData["tls.crt"] ?? "");
    assert.equal(certificate.checkHost("ecommerce.example.com"), "ecommerce.example.com");
    assert.ok(certificate.checkPrivateKey(createPrivateKey(stringData["tls.key"] ?? "")));
    assert.deepEqual(await fakeCertificates(prod, kubeconfig, signal), made);
    assert.equal(posts, 1);
  });

  it("leave alone a Secret that somebody made, and are none where the gateway ends no TLS", async () => {
    const staging = readStackFile(PROJECT_DIRECTORY, "staging");
    secrets.set("ecommerce-cert", { metadata: { name: "ecommerce-cert" } });
    assert.deepEqual(await fakeCertificates(staging, kubeconfig, signal), []);
    const { config, catalog } = staging;
    const traffic = { ...config.traffic, tls: { ...config.traffic.tls, mode: "acm" as const } };
    secrets.clear();
    assert.deepEqual(await fakeCertificates({ config: { ...config, traffic }, catalog }, kubeconfig, signal), []);
    assert.equal(posts, 0);
  });
});
