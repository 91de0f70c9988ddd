/**
 * A thin client of the Kubernetes API over node:https with keep-alive.
 *
 * @kubernetes/client-node takes 450 to 800 ms to import on a 2-core machine (November 2026, three runs), half of what a
 * whole preview may cost; this program needs five verbs and one stream of it.
 */
import { Agent, request as httpsRequest } from "node:https";
import type { ClientRequest, IncomingMessage } from "node:http";
import { ApiError } from "./errors.ts";
import type { ServerAccess } from "./kubeconfig.ts";
import { isObject, stringAt, type KubernetesObject } from "../../mesh/kubernetes/fields.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

/** The verb, body and limits of one call. */
export interface CallOptions {
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON; a string is sent as it is (YAML for an apply patch). */
  readonly body?: unknown;
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

/** How long one ordinary call may take: the API server's own limit is a minute. */
const CALL_TIMEOUT_MS = 65_000;

/** Talks to one API server. Cheap to make; `close` it to let the process end. */
export class KubernetesClient {
  readonly server: string;
  readonly #agent: Agent;

  constructor(access: ServerAccess) {
    this.server = access.server;
    this.#agent = new Agent({
      keepAlive: true,
      maxSockets: 32,
      ca: access.ca,
      cert: access.cert,
      key: access.key,
    });
  }

  /**
   * One call, JSON in and out.
   * @throws ApiError for an answer that is not a success; CommandError `kubernetes.unreachable` when there is no answer.
   */
  async call(method: string, path: string, options: CallOptions = {}): Promise<KubernetesObject> {
    const response = await this.#send(method, path, options, CALL_TIMEOUT_MS);
    const text = await readAll(response);
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) {
      return JSON.parse(text) as KubernetesObject;
    }
    throw toApiError(status, text);
  }

  /**
   * A call whose answer is its status: a success, or the one that is allowed besides.
   * @throws as `call`
   */
  async status(method: string, path: string, options: CallOptions = {}, allowed?: number): Promise<number> {
    const response = await this.#send(method, path, options, CALL_TIMEOUT_MS);
    const text = await readAll(response);
    const status = response.statusCode ?? 0;
    if (status !== allowed && (status < 200 || status >= 300)) {
      throw toApiError(status, text);
    }
    return status;
  }

  /** Like `call`, but an object that is not there is undefined. */
  async find(path: string, options: CallOptions = {}): Promise<KubernetesObject | undefined> {
    try {
      return await this.call("GET", path, options);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) {
        return undefined;
      }
      throw error;
    }
  }

  /** Reads a watch stream: one JSON event a line, until the server ends it or `signal` aborts. */
  async stream(path: string, onEvent: (event: unknown) => void, options: CallOptions): Promise<void> {
    const response = await this.#send("GET", path, options, 0);
    if (response.statusCode !== 200) {
      throw toApiError(response.statusCode ?? 0, await readAll(response));
    }
    response.setEncoding("utf8");
    let rest = "";
    for await (const chunk of response as AsyncIterable<string>) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line !== "") {
          onEvent(JSON.parse(line) as unknown);
        }
      }
    }
  }

  /** Ends idle connections. */
  close(): void {
    this.#agent.destroy();
  }

  async #send(method: string, path: string, options: CallOptions, timeoutMs: number): Promise<IncomingMessage> {
    const url = new URL(path, this.server);
    for (const [key, value] of Object.entries(options.query ?? {})) {
      url.searchParams.set(key, value);
    }
    const body = typeof options.body === "string" ? options.body : bodyText(options.body);
    const headers: Record<string, string> = { accept: "application/json" };
    if (body !== undefined) {
      headers["content-type"] = options.contentType ?? "application/json";
      headers["content-length"] = String(Buffer.byteLength(body));
    }
    return await new Promise<IncomingMessage>((resolve, reject) => {
      const call: ClientRequest = httpsRequest(
        url,
        { method, headers, agent: this.#agent, signal: options.signal, timeout: timeoutMs },
        resolve,
      );
      call.on("error", (error) => reject(this.#unreachable(error, options.signal)));
      call.on("timeout", () => call.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
      call.end(body);
    });
  }

  #unreachable(error: Error, signal: AbortSignal | undefined): Error {
    if (signal?.aborted === true) {
      return error;
    }
    return new CommandError(
      "kubernetes.unreachable",
      `The Kubernetes API server at ${this.server} does not answer: ${error.message}.`,
      "Run the same command again: it starts the control plane and continues.",
      { cause: error },
    );
  }
}

function bodyText(body: unknown): string | undefined {
  return body === undefined ? undefined : JSON.stringify(body);
}

async function readAll(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function toApiError(status: number, text: string): ApiError {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    // Not a Status object (a proxy's or handler's plain text): the text itself is the message.
    answer = undefined;
  }
  const message = isObject(answer) ? stringAt(answer, "message") : undefined;
  const reason = isObject(answer) ? stringAt(answer, "reason") : undefined;
  return new ApiError(status, reason ?? `HTTP ${status}`, message ?? (text.trim() || `HTTP ${status}`));
}
