import { parseRequest, RequestTextError } from "../../analysis/explain/request.ts";
import type { MeshRequest } from "../../analysis/explain/types.ts";
import { UsageError } from "../support/exit-codes.ts";

/** Who sends the requests. */
export type Sender =
  /** A client outside the mesh, through the ingress gateway. */
  | { readonly kind: "outside" }
  /** A pod of a service. */
  | { readonly kind: "service"; readonly text: string }
  /** One pod, of the mesh or not. */
  | { readonly kind: "pod"; readonly namespace: string; readonly name: string };

/** A request to be sent, as `explain` reads it and as a client needs it. */
export interface Target {
  readonly request: MeshRequest;
  /** Host of the URL: where to connect. */
  readonly hostname: string;
  /** What the header Host says. */
  readonly authority: string;
  /** With the query. */
  readonly path: string;
  readonly sender: Sender;
}

/**
 * Reads a request from the command line.
 * @throws UsageError
 */
export function readTarget(text: string, headerLines: readonly string[], from: string | undefined): Target {
  const sender = senderOf(from);
  try {
    const request = parseRequest(text, headerLines, sender.kind === "service" ? sender.text : undefined);
    const url = new URL(text.trim().split(/\s+/).at(-1) ?? "");
    return {
      request,
      hostname: url.hostname,
      authority: request.headers["host"] ?? url.host,
      path: `${url.pathname}${url.search}`,
      sender,
    };
  } catch (error) {
    throw error instanceof RequestTextError ? new UsageError(error.message) : error;
  }
}

function senderOf(from: string | undefined): Sender {
  if (from === undefined) {
    return { kind: "outside" };
  }
  if (!from.startsWith("pod/")) {
    return { kind: "service", text: from };
  }
  const [, namespace, name, ...rest] = from.split("/");
  if (namespace === undefined || name === undefined || name === "" || rest.length > 0) {
    throw new UsageError(`expected pod/<namespace>/<name>; got '${from}'`);
  }
  return { kind: "pod", namespace, name };
}
