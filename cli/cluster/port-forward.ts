import { createServer, type Server, type Socket } from "node:net";
import { Writable } from "node:stream";
import { PortForward, type KubeConfig } from "@kubernetes/client-node";

/** A pod's port on this machine. */
export interface Forwarded {
  /** Port on 127.0.0.1. */
  readonly port: number;
  /** Ends it, and every connection that is open. */
  close(): Promise<void>;
}

/** The connection to the API server behind one connection of ours. */
interface Tunnel {
  close(): void;
  addEventListener(event: "close", listener: () => void): void;
}

/**
 * Listens on loopback and hands every connection to a port of a pod, through the API server.
 * @param localPort default: any that is free
 * @param onError told of a connection that broke, in the kubelet's words where it says why
 */
export async function forwardPort(
  config: KubeConfig,
  pod: { readonly namespace: string; readonly name: string; readonly port: number },
  localPort = 0,
  onError: (message: string) => void = () => undefined,
): Promise<Forwarded> {
  const forward = new PortForward(config);
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    socket.on("error", (error) => onError(error.message));
    forward
      .portForward(pod.namespace, pod.name, [pod.port], socket, telling(onError), socket)
      .then((tunnel) => join(socket, tunnel as Tunnel))
      .catch((error: unknown) => {
        onError(error instanceof Error ? error.message : "the API server does not forward to the pod");
        socket.destroy();
      });
  });
  await listen(server, localPort);
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : localPort,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // A browser keeps its connections, and would keep the server.
      open.forEach((socket) => socket.destroy());
      await closed;
    },
  };
}

/** Either end goes with the other: the library leaves the one open when the other is gone. */
function join(socket: Socket, tunnel: Tunnel): void {
  tunnel.addEventListener("close", () => socket.end());
  socket.once("close", () => tunnel.close());
  if (socket.destroyed) {
    tunnel.close();
  }
}

/** Takes what the kubelet says of a connection that it could not make. */
function telling(onError: (message: string) => void): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      const text = chunk.toString().trim();
      if (text !== "") {
        onError(text);
      }
      done();
    },
  });
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
}
