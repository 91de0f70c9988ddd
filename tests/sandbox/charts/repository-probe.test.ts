import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { whyNoAnswer } from "../../../sandbox/charts/repository-probe.ts";

const { signal } = new AbortController();

describe("a chart repository", () => {
  let server: Server;
  let url: string;
  const asked: string[] = [];

  before(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? "");
      if (request.url?.startsWith("/silent") !== true) {
        response.writeHead(request.url?.startsWith("/closed") === true ? 403 : 200).end("entries: {}");
      }
    });
    server.on("connect", (request, socket) => {
      asked.push(`CONNECT ${request.url ?? ""}`);
      socket.end(`HTTP/1.1 ${request.url === "refused.invalid:443" ? "403 Forbidden" : "200 OK"}\r\n\r\n`);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const proxied = (repository: string, more = {}) =>
    whyNoAnswer(repository, { https_proxy: url.replace("http://", ""), ...more }, signal);

  it("answers with its index", async () => {
    assert.equal(await whyNoAnswer(`${url}/charts/`, {}, signal), undefined);
    assert.deepEqual(asked.splice(0), ["/charts/index.yaml"]);
  });

  it("does not answer when its host says no, refuses, or has no address", async () => {
    const host = new URL(url).host;
    assert.equal(await whyNoAnswer(`${url}/closed`, {}, signal), `${host} answers 403`);
    assert.match((await whyNoAnswer("http://127.0.0.1:9", {}, signal)) ?? "", /^127\.0\.0\.1:9 is out of reach \(\w+/);
    assert.match((await whyNoAnswer("https://charts.invalid/x", {}, signal)) ?? "", /^charts\.invalid is out of reach/);
    assert.match((await whyNoAnswer("oci://charts.invalid/x", {}, signal)) ?? "", /^charts\.invalid is out of reach/);
  });

  it("does not answer when nothing comes within three seconds", async () => {
    assert.match((await whyNoAnswer(`${url}/silent`, {}, signal)) ?? "", /does not answer within 3 s/);
  }).timeout(10_000);

  it("is asked through the proxy of the environment, but for its exceptions", async () => {
    asked.splice(0);
    assert.equal(await proxied("https://charts.invalid/istio"), undefined);
    assert.equal(await proxied("oci://registry.invalid:8443/charts"), undefined);
    assert.equal(await proxied("https://refused.invalid"), "refused.invalid answers 403");
    assert.deepEqual(
      asked,
      ["charts.invalid:443", "registry.invalid:8443", "refused.invalid:443"].map((to) => `CONNECT ${to}`),
    );
    assert.match((await proxied("https://charts.invalid", { NO_PROXY: "example.com,.invalid" })) ?? "", /out of reach/);
  });

  it("is not asked any further when the command is interrupted", async () => {
    const interrupted = AbortSignal.abort(new Error("interrupted"));
    await assert.rejects(whyNoAnswer(`${url}/silent`, {}, interrupted), /interrupted/);
  });
});
