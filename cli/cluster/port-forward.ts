import { createServer, type Server } from "node:net";
import { PortForward, type KubeConfig } from "@kubernetes/client-node";

/** A pod's port on this machine. */
export interface Forwarded {
  /** Port on 127.0.0.1. */
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Listens on loopback and hands every connection to a port of a pod, through the API server.
 * @param localPort default: any that is free
 * @param onError told of a connection that broke
 */
export async function forwardPort(
  config: KubeConfig,
  pod: { readonly namespace: string; readonly name: string; readonly port: number },
  localPort = 0,
  onError: (message: string) => void = () => undefined,
): Promise<Forwarded> {
  const forward = new PortForward(config);
  const server = createServer((socket) => {
    socket.on("error", (error) => onError(error.message));
    forward.portForward(pod.namespace, pod.name, [pod.port], socket, null, socket).catch((error: unknown) => {
      onError(error instanceof Error ? error.message : "the API server does not forward to the pod");
      socket.destroy();
    });
  });
  await listen(server, localPort);
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : localPort,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
}
