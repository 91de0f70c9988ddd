import type { Labels } from "../objects/object.ts";

/** Claims of a verified token. */
export type Claims = Readonly<Record<string, unknown>>;

/** A request as the proxy of the called workload sees it. */
export interface InboundRequest {
  /**
   * Identity from the caller's certificate, `<trust domain>/ns/<namespace>/sa/<account>`; undefined for plain text.
   */
  readonly principal?: string;
  /** HTTP method, as sent: policies tell `GET` from `get`. */
  readonly method: string;
  /** Path, normalized and without the query. */
  readonly path: string;
  /** `Host` or `:authority`. */
  readonly host?: string;
  /** Port of the pod that the request arrives at. */
  readonly port?: number;
  /** Headers by lower-case name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Address of the peer that opened the connection. */
  readonly sourceIp?: string;
  /** Address of the first client, from X-Forwarded-For or the proxy protocol. */
  readonly remoteIp?: string;
  /** Address of the pod. */
  readonly destinationIp?: string;
  /** Server name of the TLS handshake. */
  readonly sni?: string;
  /** Claims of the token that a RequestAuthentication verified; undefined without a token. */
  readonly claims?: Claims;
}

/** A workload that policies select. */
export interface Workload {
  readonly namespace: string;
  /** Labels of its pods. */
  readonly labels: Labels;
}
