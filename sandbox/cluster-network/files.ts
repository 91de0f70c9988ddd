import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where the driver, mesh-node and the command line meet. */
export interface NetworkFiles {
  /** Unix socket of the HTTP CONNECT proxy into the cluster network. */
  readonly socket: string;
  /** Written by mesh-node: the ports that it forwards. */
  readonly forwards: string;
  /** Written by `up`: the hosts that a browser may ask for. */
  readonly hosts: string;
}

/** The kernel's limit is 108 bytes, with the closing zero. */
const LONGEST_SOCKET_PATH = 100;

/** The files of one control plane; touches none. A socket whose path would be too long for the kernel lies in the system's folder for temporary files. */
export function networkFiles(controlPlaneDir: string): NetworkFiles {
  const socket = join(controlPlaneDir, "network.sock");
  const digest = createHash("sha256").update(controlPlaneDir).digest("hex").slice(0, 16);
  return {
    socket: Buffer.byteLength(socket) < LONGEST_SOCKET_PATH ? socket : join(tmpdir(), `mesh-${digest}.sock`),
    forwards: join(controlPlaneDir, "forwards.json"),
    hosts: join(controlPlaneDir, "hosts.json"),
  };
}
