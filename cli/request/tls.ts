import type { Duplex } from "node:stream";
import { connect } from "node:tls";
import { ConnectionRefused } from "./connect.ts";

/** A TLS connection, and whether its certificate is the expected one. */
export interface Encrypted {
  readonly connection: Duplex;
  /** Why the certificate was not verified; undefined: it was. */
  readonly unverified: string | undefined;
}

/**
 * Speaks TLS on a connection. A certificate that cannot be verified does not end it: in the sandbox it is often the
 * stack's own, and the caller says so.
 * @param serverName name in the handshake (SNI), by which a gateway chooses its certificate
 * @param ca certificates to verify against, PEM. Default: none is known, so nothing is verified
 * @throws ConnectionRefused when the handshake fails
 */
export async function encrypt(connection: Duplex, serverName: string, ca?: string): Promise<Encrypted> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      socket: connection,
      servername: serverName,
      rejectUnauthorized: false,
      ALPNProtocols: ["http/1.1"],
      // The gateway's own certificate is as good to verify against as its issuer's.
      ...(ca === undefined ? {} : { ca, allowPartialTrustChain: true }),
    });
    socket.once("secureConnect", () => {
      socket.removeListener("error", fail);
      const problem = socket.authorized ? undefined : String(socket.authorizationError);
      resolve({
        connection: socket,
        unverified: ca === undefined ? "no certificate to verify it against could be read" : problem,
      });
    });
    const fail = (error: Error): void => reject(new ConnectionRefused(`the TLS handshake fails: ${error.message}`));
    socket.once("error", fail);
    // An end without a word, which an Envoy without a certificate for the name gives, is no error to Node.
    socket.once("close", () => reject(new ConnectionRefused("the TLS handshake fails: the connection was closed")));
  });
}
