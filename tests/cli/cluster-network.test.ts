import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect as connectTcp, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, type Server } from "node:tls";
import { ConnectionRefused, connectThrough } from "../../cli/request/connect.ts";
import { readForwards } from "../../sandbox/cluster/forwards.ts";
import { sendRequests } from "../../cli/request/send-requests.ts";
import { encrypt } from "../../cli/request/tls.ts";
import { ensurePki } from "../../sandbox/control-plane/pki.ts";
import { AUTHORITY_CERTIFICATE } from "../support/authority.ts";
import { FakeClusterNetwork } from "../support/cluster-network.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

describe("requests into the cluster network", () => {
  let asked: { method: string | undefined; url: string | undefined; host: string | undefined; canary: unknown }[] = [];
  const network = new FakeClusterNetwork((request, response) => {
    asked.push({
      method: request.method,
      url: request.url,
      host: request.headers.host,
      canary: request.headers["x-canary"],
    });
    if (request.url === "/silent") {
      return;
    }
    if (request.url === "/closed") {
      request.socket.destroy();
      return;
    }
    if (request.url === "/moved") {
      response.writeHead(301, { location: "https://elsewhere/" });
    }
    response.end(JSON.stringify({ name: `product-v${asked.length % 2 === 0 ? 1 : 2}` }));
  });
  const open = () => connectThrough(network.socket, "product.shop:8080", { namespace: "shop", name: "cart-1" });
  const plan = { open, method: "GET", path: "/products?a=%2F", host: "product", count: 1 };
  before(() => network.start());
  after(() => network.stop());
  beforeEach(() => {
    asked = [];
    network.seen.length = 0;
  });

  it("begin in the pod that is named, carry what they are told, and use connections again", async () => {
    const { replies, first } = await sendRequests({
      ...plan,
      headers: { "x-canary": "true" },
      count: 40,
      concurrency: 4,
    });
    assert.equal(replies.length, 40);
    assert.ok(replies.every(({ status, name }) => status === 200 && name?.startsWith("product-v") === true));
    assert.ok(
      asked.every(({ url, host, canary }) => url === "/products?a=%2F" && host === "product" && canary === "true"),
    );
    assert.ok(network.seen.length >= 1 && network.seen.length <= 4, `${network.seen.length} connections`);
    assert.deepEqual(network.seen[0], { target: "product.shop:8080", from: "shop/cart-1" });
    assert.match(first?.body ?? "", /product-v/);
  });

  it("do not follow redirects", async () => {
    const { replies } = await sendRequests({ ...plan, path: "/moved" });
    assert.deepEqual(
      replies.map(({ status, location }) => [status, location]),
      [[301, "https://elsewhere/"]],
    );
    assert.equal(asked.length, 1);
  });

  it("are replies without status where the target closes, is silent or is not there", async () => {
    const silent = await sendRequests({ ...plan, path: "/silent", timeoutMs: 200 });
    const closed = await sendRequests({ ...plan, path: "/closed" });
    const nowhere = await sendRequests({ ...plan, open: () => connectThrough(network.socket, "nowhere:80") });
    assert.deepEqual(
      [silent, closed, nowhere].map(({ replies }) => replies[0]?.status),
      [null, null, null],
    );
    assert.match(silent.replies[0]?.error ?? "", /no answer within/);
    assert.match(nowhere.replies[0]?.error ?? "", /no such host: nowhere/);
  });

  it("end when time is over, and when they are told to", async () => {
    const { replies } = await sendRequests({ ...plan, path: "/silent", count: 100, concurrency: 2, totalMs: 300 });
    assert.ok(replies.length < 10, `${replies.length} were sent`);
    const controller = new AbortController();
    const sending = sendRequests({ ...plan, path: "/silent", count: 100, signal: controller.signal });
    controller.abort(new Error("stop"));
    await assert.rejects(sending, /stop/);
  });

  it("are an error of the sandbox where nothing serves the network, or the pod is not there", async () => {
    const code = (expected: string) => (error: unknown) => error instanceof CommandError && error.code === expected;
    const absent = { ...plan, open: () => connectThrough(join(network.dir, "none.sock"), "product:80") };
    await assert.rejects(sendRequests(absent), code("cluster-network.down"));
    const gone = { namespace: "shop", name: "gone" };
    await assert.rejects(connectThrough(network.socket, "product:80", gone), code("cluster-network.refused"));
  });

  it("do without the proxy where a port is forwarded", async () => {
    const open = () => Promise.resolve(connectTcp(network.port, "127.0.0.1"));
    const { replies } = await sendRequests({ ...plan, open });
    assert.equal(replies[0]?.status, 200);
  });
});

describe("TLS to a gateway", () => {
  const dir = mkdtempSync(join(tmpdir(), "mesh-tls-"));
  const asked: string[] = [];
  let server: Server;
  let serving: string;
  before(async () => {
    const pki = await ensurePki(join(dir, "pki"));
    serving = readFileSync(pki.servingCert, "utf8");
    server = createServer({
      cert: serving,
      key: readFileSync(pki.servingKey),
      SNICallback: (name, done) => {
        asked.push(name);
        done(name === "unknown.example.com" ? new Error("no certificate for it") : null);
      },
    });
    server.on("tlsClientError", () => undefined);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  after(async () => {
    await new Promise((resolve) => server.close(resolve));
    rmSync(dir, { recursive: true });
  });
  const tcp = () => connectTcp((server.address() as AddressInfo).port, "127.0.0.1");

  it("names the host in the handshake and verifies against the certificate that is known", async () => {
    const { connection, unverified } = await encrypt(tcp(), "localhost", serving);
    assert.equal(unverified, undefined);
    assert.deepEqual(asked, ["localhost"]);
    connection.destroy();
  });

  it("goes on unverified, and says why, where it is another certificate, another name, or none is known", async () => {
    for (const [name, ca, why] of [
      ["localhost", AUTHORITY_CERTIFICATE, /UNABLE_TO_/],
      ["shop.example.com", serving, /ALTNAME/],
      ["localhost", undefined, /no certificate to verify it against/],
    ] as const) {
      const { connection, unverified } = await encrypt(tcp(), name, ca);
      assert.match(unverified ?? "verified", why);
      connection.destroy();
    }
  });

  it("is a refused connection where the handshake fails", async () => {
    await assert.rejects(encrypt(tcp(), "unknown.example.com"), ConnectionRefused);
  });
});

describe("the forwarded ports", () => {
  it("are none before mesh-node wrote them", () => {
    assert.deepEqual(readForwards(join(tmpdir(), "no-such-folder", "forwards.json")), []);
  });
});
