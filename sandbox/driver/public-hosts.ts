import type { Stack } from "../../mesh/load/load.ts";
import { NAMESPACES, RELEASES } from "../../mesh/kubernetes/names.ts";
import { portsNamed } from "../../mesh/features/gateways/ingress.ts";
import { replaceFile } from "../processes/replace-file.ts";

/** A host name of the mesh, and where a browser's request for it enters: as mesh-node's webproxy reads it. */
export interface PublicHost {
  readonly host: string;
  /** The gateway's Service as `namespace/name`. */
  readonly service: string;
  /** Port of that Service. */
  readonly port: number;
  /** The gateway speaks TLS on it. */
  readonly tls: boolean;
}

/**
 * The hosts of a stack's ingress gateway. Plain HTTP where the gateway answers it, and HTTPS where it sends everybody
 * there anyway.
 */
export function publicHosts({ config, catalog }: Pick<Stack, "config" | "catalog">): PublicHost[] {
  const { httpsRedirect, tls } = config.traffic;
  const plain = httpsRedirect ? undefined : portsNamed(config, "http2")[0];
  const port = plain ?? portsNamed(config, "https")[0];
  return port === undefined
    ? []
    : catalog.hosts.map((host) => ({
        host,
        service: `${NAMESPACES.ingress}/${RELEASES.ingressGateway}`,
        port,
        // With a certificate of AWS's the load balancer ends TLS, and the gateway's port is plain.
        tls: plain === undefined && tls.mode !== "acm",
      }));
}

/** Tells mesh-node. */
export function writePublicHosts(file: string, hosts: readonly PublicHost[]): void {
  replaceFile(file, JSON.stringify(hosts));
}
