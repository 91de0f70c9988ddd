/**
 * The part of an API server and a kubelet that forwards ports: lists pods, and speaks the protocol `v4.channel.k8s.io` to
 * a server on loopback that plays the pod's port. Two channels a port, data and error; the first frame of each is the
 * port in two bytes, least first. Source: kubernetes
 * staging/src/k8s.io/kubelet/pkg/cri/streaming/portforward/websocket.go, read 2026-11-21.
 */
import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import { stringify } from "yaml";
import { WebSocketServer, type WebSocket } from "ws";

const PROTOCOL = "v4.channel.k8s.io";
const DATA = 0;
const ERROR = 1;

/** What the server knows. */
export interface ForwardingOptions {
  /** Paths of lists, with their items. */
  readonly lists: Readonly<Record<string, readonly unknown[]>>;
  /** Logs by path and query. Default: none, which is answered with what the kubelet says of a container that waits. */
  readonly logs?: Readonly<Record<string, string>>;
  /** Port on loopback that plays the port of a pod; a port that is not here refuses connections. */
  readonly ports: Readonly<Record<number, number>>;
}

/** A running server. */
export interface ForwardingServer {
  readonly kubeconfig: string;
  /** Paths at which a port was asked for, in order. */
  readonly forwarded: readonly string[];
  /** Connections that are open now. */
  open(): number;
  close(): Promise<void>;
}

/** Starts it on loopback, with a kubeconfig that trusts its certificate. */
export async function serveForwarding({ lists, logs = {}, ports }: ForwardingOptions): Promise<ForwardingServer> {
  const { key, cert } = await certificate();
  const dir = mkdtempSync(join(tmpdir(), "mesh-forward-"));
  const server = createServer({ key, cert }, (request, response) => {
    const { pathname, search } = new URL(request.url ?? "", "https://localhost");
    if (pathname.endsWith("/log")) {
      const log = logs[`${pathname}${search}`];
      response.writeHead(log === undefined ? 400 : 200);
      response.end(
        log ?? JSON.stringify({ kind: "Status", message: "container is waiting to start: CrashLoopBackOff" }),
      );
      return;
    }
    const items = lists[pathname];
    response.writeHead(items === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify({ items: items ?? [] }));
  });
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
  });
  const forwarded: string[] = [];
  server.on("upgrade", (request, socket, head) => {
    const url = new URL(request.url ?? "", "https://localhost");
    forwarded.push(`${url.pathname}${url.search}`);
    sockets.handleUpgrade(request, socket, head, (client) =>
      forward(client, Number(url.searchParams.get("ports")), ports),
    );
  });
  const kubeconfig = join(dir, "kubeconfig");
  writeFileSync(kubeconfig, stringify(kubeconfigOf(await listen(server), cert)));
  return {
    kubeconfig,
    forwarded,
    open: () => sockets.clients.size,
    close: async () => {
      sockets.clients.forEach((client) => client.terminate());
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function forward(client: WebSocket, port: number, ports: ForwardingOptions["ports"]): void {
  const send = (channel: number, data: Buffer) => client.send(Buffer.concat([Buffer.from([channel]), data]));
  const number = Buffer.alloc(2);
  number.writeUInt16LE(port);
  send(DATA, number);
  send(ERROR, number);
  const target = ports[port];
  if (target === undefined) {
    send(ERROR, Buffer.from(`error forwarding port ${port} to pod grafana-1, uid 1: connection refused`));
    client.close();
    return;
  }
  const pod = connect(target, "127.0.0.1");
  pod.on("data", (data) => send(DATA, data));
  pod.on("close", () => client.close());
  pod.on("error", () => client.close());
  client.on("message", (message: Buffer) => {
    if (message[0] === DATA) {
      pod.write(message.subarray(1));
    }
  });
  client.on("close", () => pod.destroy());
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

function kubeconfigOf(port: number, cert: string): object {
  const cluster = {
    server: `https://127.0.0.1:${port}`,
    "certificate-authority-data": Buffer.from(cert).toString("base64"),
  };
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster }],
    users: [{ name: "test", user: { token: "test" } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    "current-context": "test",
  };
}

async function certificate(): Promise<{ key: string; cert: string }> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=127.0.0.1",
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 3_600_000),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true),
      new x509.SubjectAlternativeNameExtension([{ type: "ip", value: "127.0.0.1" }]),
    ],
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  return { key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`, cert: cert.toString("pem") };
}
