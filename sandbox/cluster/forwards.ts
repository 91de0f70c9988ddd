import { readFileSync } from "node:fs";

/** A port of a Service that mesh-node forwards to this machine. */
export interface Forward {
  readonly namespace: string;
  readonly service: string;
  /** Port of the Service. */
  readonly port: number;
  /** Its name, e.g. `http2`. */
  readonly name: string;
  /** Port on 127.0.0.1 that hands every connection on as it is. */
  readonly local: number;
  /** Address for browsers, which puts the mesh's first host in the place of a loopback one; absent until `up` has named the hosts. */
  readonly url?: string;
}

/** What mesh-node wrote; empty before it has forwarded anything, and where no pods run. It renames the file into place, so it is whole. */
export function readForwards(file: string): readonly Forward[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      return [];
    }
    throw error;
  }
  return JSON.parse(text) as Forward[];
}
