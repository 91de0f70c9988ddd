import { rmSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";

/** A CONNECT that arrived: its target, and the pod that it begins in. */
export interface SeenConnect {
  readonly target: string;
  readonly from: string | undefined;
}

/** A cluster network of which every name leads to one HTTP server, served on a Unix socket as mesh-node does. */
export class FakeClusterNetwork {
  readonly dir = mkdtempSync(join(tmpdir(), "mesh-net-"));
  readonly socket = join(this.dir, "network.sock");
  readonly seen: SeenConnect[] = [];
  readonly #target: Server;
  readonly #proxy: Server;
  readonly #open = new Set<Duplex>();

  /** @param answer what the server behind every name does */
  constructor(answer: RequestListener) {
    this.#target = createServer(answer);
    this.#proxy = createServer();
    this.#proxy.on("connect", (request, socket) => this.#connect(request, socket));
  }

  /** Port of the server itself on 127.0.0.1: what a forwarded port of a gateway is. */
  get port(): number {
    return (this.#target.address() as AddressInfo).port;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#target.listen(0, "127.0.0.1", resolve));
    await new Promise<void>((resolve) => this.#proxy.listen(this.socket, resolve));
  }

  async stop(): Promise<void> {
    this.#open.forEach((socket) => socket.destroy());
    this.#target.closeAllConnections();
    await Promise.all([this.#target, this.#proxy].map((server) => new Promise((resolve) => server.close(resolve))));
    rmSync(this.dir, { recursive: true, force: true });
  }

  #connect({ url: target = "", headers }: IncomingMessage, socket: Duplex): void {
    const from = headers["mesh-from-pod"];
    this.seen.push({ target, from: typeof from === "string" ? from : undefined });
    this.#open.add(socket);
    if (from === "shop/gone") {
      socket.end("HTTP/1.1 404 Not Found\r\n\r\nno pod shop/gone runs here");
      return;
    }
    if (target.startsWith("nowhere")) {
      socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\nno such host: nowhere");
      return;
    }
    const inside = connect(this.port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      inside.pipe(socket).pipe(inside);
    });
    this.#open.add(inside);
    inside.on("error", () => socket.destroy());
    socket.on("error", () => inside.destroy());
    socket.on("close", () => inside.destroy());
  }
}
