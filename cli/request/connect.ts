import { request, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { PodName } from "../cluster/pods.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

/** The cluster network was asked, and the target did not take the connection. That is an answer, and no fault of the sandbox. */
export class ConnectionRefused extends Error {
  override readonly name = "ConnectionRefused";
}

/** Milliseconds that a connection may take. */
const CONNECT_TIMEOUT_MS = 10_000;

/** What the proxy answers where the target is to blame. */
const TARGET_FAILED: readonly number[] = [502, 503, 504];

/**
 * Opens a TCP connection inside the cluster network, through the Unix socket on which mesh-node serves HTTP CONNECT.
 * @param target `host:port`: a pod's or Service's address, or a full name of the cluster's DNS
 * @param from pod in whose network namespace the connection begins, so that it takes the way through its sidecar.
 *   Default: none, from beside the pods
 * @throws ConnectionRefused when the target does not take it; CommandError `cluster-network.down` when nothing serves the
 *   socket, `cluster-network.refused` when there is no such pod
 */
export async function connectThrough(socketPath: string, target: string, from?: PodName): Promise<Duplex> {
  const headers = from === undefined ? {} : { "Mesh-From-Pod": `${from.namespace}/${from.name}` };
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, method: "CONNECT", path: target, headers, timeout: CONNECT_TIMEOUT_MS });
    call.once("connect", (response: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (response.statusCode === 200) {
        // A server that speaks first may have spoken already.
        socket.unshift(head);
        resolve(socket);
        return;
      }
      // Node takes every answer to CONNECT for the beginning of a tunnel, its reason included.
      const reason = head.toString().trim() || `${response.statusCode ?? 0} ${response.statusMessage ?? ""}`;
      socket.destroy();
      reject(refusal(response.statusCode ?? 0, reason));
    });
    call.once("timeout", () =>
      call.destroy(new ConnectionRefused(`no connection within ${CONNECT_TIMEOUT_MS / 1000} s`)),
    );
    call.once("error", (error: NodeJS.ErrnoException) => reject(isAbsent(error) ? down(error) : error));
    call.end();
  });
}

function refusal(status: number, reason: string): Error {
  return TARGET_FAILED.includes(status)
    ? new ConnectionRefused(reason)
    : new CommandError("cluster-network.refused", `the cluster network refuses the connection: ${reason}`);
}

function isAbsent({ code }: NodeJS.ErrnoException): boolean {
  return code === "ENOENT" || code === "ECONNREFUSED";
}

function down(cause: Error): CommandError {
  return new CommandError(
    "cluster-network.down",
    "no pods run on this machine: nothing serves the cluster network",
    "Pods need Linux with network namespaces; `mesh status` says whether they run, and `mesh up` starts them.",
    { cause },
  );
}
