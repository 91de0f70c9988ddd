import { readFile } from "node:fs/promises";
import { parse } from "yaml";

/** What a client needs to reach one API server. */
export interface ServerAccess {
  readonly server: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** The one shape of a kubeconfig that the sandbox writes: see control-plane/kubeconfig.ts. */
interface OwnKubeconfig {
  readonly clusters: readonly [{ readonly cluster: { server: string; "certificate-authority-data": string } }];
  readonly users: readonly [{ readonly user: { "client-certificate-data": string; "client-key-data": string } }];
}

/** Reads a kubeconfig that the sandbox has written, by its path. */
export async function readKubeconfig(path: string): Promise<ServerAccess> {
  const { clusters, users } = parse(await readFile(path, "utf8")) as OwnKubeconfig;
  const [{ cluster }] = clusters;
  const [{ user }] = users;
  return {
    server: cluster.server,
    ca: decode(cluster["certificate-authority-data"]),
    cert: decode(user["client-certificate-data"]),
    key: decode(user["client-key-data"]),
  };
}

function decode(text: string): string {
  return Buffer.from(text, "base64").toString("utf8");
}
