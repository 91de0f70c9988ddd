import { createServer } from "node:net";
import { existsSync, readFileSync } from "node:fs";

/** Ports on 127.0.0.1. */
export interface Ports {
  readonly apiServer: number;
  readonly etcdClient: number;
  readonly etcdPeer: number;
}

const KEYS = ["apiServer", "etcdClient", "etcdPeer"] as const;

/**
 * Three ports that are free now: those of the last start where they still are, so that kubeconfigs that somebody
 * keeps stay true, else others.
 */
export async function choosePorts(last: Partial<Ports>): Promise<Ports> {
  const chosen: Partial<Record<(typeof KEYS)[number], number>> = {};
  const held: (() => Promise<void>)[] = [];
  try {
    for (const key of KEYS) {
      // Held until all are chosen: two questions for "any free port" could get the same answer.
      const { port, close } = await holdPort(last[key]);
      chosen[key] = port;
      held.push(close);
    }
  } finally {
    await Promise.all(held.map((close) => close()));
  }
  return chosen as Ports;
}

/** The ports that a file keeps; none when it is missing or not readable as such. */
export function readPorts(path: string): Partial<Ports> {
  if (!existsSync(path)) {
    return {};
  }
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
    return Object.fromEntries(
      entries.filter(([key, port]) => (KEYS as readonly string[]).includes(key) && isPort(port)),
    );
  } catch {
    // Cut off by a power failure: new ports do as well.
    return {};
  }
}

function isPort(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value > 0 && value < 65_536;
}

async function holdPort(wanted: number | undefined): Promise<{ port: number; close: () => Promise<void> }> {
  try {
    return await listen(wanted ?? 0);
  } catch (error) {
    if (wanted !== undefined) {
      return listen(0);
    }
    throw error;
  }
}

async function listen(port: number): Promise<{ port: number; close: () => Promise<void> }> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host: "127.0.0.1", exclusive: true }, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new Error("a TCP server without a port");
  }
  return { port: address.port, close: () => new Promise((resolve) => server.close(() => resolve())) };
}
