import { Agent, request, type ClientRequestArgs, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { readBody, type Reply } from "../../analysis/observation/reply.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

/** Requests that are all alike. */
export interface RequestPlan {
  /** Opens a connection, TLS included where the target speaks it. */
  readonly open: () => Promise<Duplex>;
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  /** What the header Host says. */
  readonly host: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** How many, 1 to {@link MOST_REQUESTS}. */
  readonly count: number;
  /** How many at a time. Default 8. */
  readonly concurrency?: number;
  /** Milliseconds for one of them. Default 20,000. */
  readonly timeoutMs?: number;
  /** Milliseconds for all of them; those that are left then are not sent. Default 300,000. */
  readonly totalMs?: number;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/** What came of them. */
export interface Observation {
  /** In the order of their ends. Fewer than asked for when time was over. */
  readonly replies: readonly Reply[];
  readonly durationMs: number;
  /** Headers and body of the first answer; undefined where there was none. */
  readonly first: { readonly headers: Readonly<Record<string, string>>; readonly body: string } | undefined;
}

/** More than this is a load test, for which there are better tools. */
export const MOST_REQUESTS = 10_000;

/** Bytes of a body that are kept. */
const LONGEST_BODY = 1 << 20;

/**
 * Sends requests and waits for all answers. Redirects are not followed. Connections are kept and used again, as clients do.
 * @throws CommandError where the sandbox itself cannot connect; the signal's reason when aborted. A target that refuses,
 *   closes or says nothing is a reply without status.
 */
export async function sendRequests(plan: RequestPlan): Promise<Observation> {
  const { count, concurrency = 8, timeoutMs = 20_000, totalMs = 300_000 } = plan;
  const agent = new ConnectingAgent(plan.open, concurrency);
  const started = performance.now();
  const replies: Reply[] = [];
  let left = count;
  let first: Observation["first"];
  const work = async (): Promise<void> => {
    for (let rest = restOf(); left > 0 && rest > 0; rest = restOf()) {
      left -= 1;
      const { reply, answer } = await sendOne(plan, agent, Math.min(timeoutMs, rest));
      replies.push(reply);
      first ??= answer;
    }
  };
  const restOf = (): number => totalMs - (performance.now() - started);
  try {
    await Promise.all(Array.from({ length: Math.min(concurrency, count) }, work));
  } finally {
    left = 0;
    agent.destroy();
  }
  return { replies, durationMs: performance.now() - started, first };
}

/** Gets its connections from a function. */
class ConnectingAgent extends Agent {
  readonly #open: () => Promise<Duplex>;

  constructor(open: () => Promise<Duplex>, maxSockets: number) {
    super({ keepAlive: true, maxSockets });
    this.#open = open;
  }

  override createConnection(
    _options: ClientRequestArgs,
    done?: (error: Error | null, connection: Duplex) => void,
  ): undefined {
    this.#open().then(
      (connection) => done?.(null, connection),
      // Node reads the second argument only where the first is null.
      (error: unknown) => done?.(error as Error, undefined as unknown as Duplex),
    );
  }
}

interface Sent {
  readonly reply: Reply;
  readonly answer: Observation["first"];
}

async function sendOne(plan: RequestPlan, agent: Agent, timeoutMs: number): Promise<Sent> {
  plan.signal?.throwIfAborted();
  const started = performance.now();
  try {
    return await exchange(plan, agent, timeoutMs);
  } catch (error) {
    plan.signal?.throwIfAborted();
    if (error instanceof CommandError) {
      throw error;
    }
    const reason = error instanceof Error ? error.message : String(error);
    const reply = { status: null, error: reason, failedCalls: [], latencyMs: performance.now() - started };
    return { reply, answer: undefined };
  }
}

async function exchange(plan: RequestPlan, agent: Agent, timeoutMs: number): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const call = request({
      agent,
      method: plan.method,
      path: plan.path,
      setHost: false,
      headers: { host: plan.host, ...inUtf8(plan.headers) },
      ...(plan.signal === undefined ? {} : { signal: plan.signal }),
    });
    // Also a body that never ends counts: Node's own timeout begins again with every byte.
    const timer = setTimeout(
      () => call.destroy(new Error(`no answer within ${Math.round(timeoutMs / 1000)} s`)),
      timeoutMs,
    );
    let started = performance.now();
    // What it took to connect is not the mesh's latency of a request.
    call.once("socket", () => (started = performance.now()));
    let isAnswered = false;
    const fail = (error: NodeJS.ErrnoException): void => {
      clearTimeout(timer);
      if (call.reusedSocket && error.code === "ECONNRESET" && !isAnswered) {
        // The other end closed an idle connection at the moment of its next use: on a new one the request is sent again.
        exchange(plan, agent, timeoutMs).then(resolve, reject);
        return;
      }
      reject(error);
    };
    call.once("error", fail);
    call.once("response", (response) => {
      isAnswered = true;
      readAll(response).then((body) => {
        clearTimeout(timer);
        const headers = Object.fromEntries(
          Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
        );
        const { location } = headers;
        const reply: Reply = {
          status: response.statusCode ?? null,
          ...readBody(body),
          ...(location === undefined ? {} : { location }),
          ...(headers["x-envoy-overloaded"] === "true" ? { isOverloaded: true } : {}),
          latencyMs: performance.now() - started,
        };
        resolve({ reply, answer: { headers, body } });
      }, reject);
    });
    call.end();
  });
}

/** Node writes headers byte by character; what a terminal and a catalog write is UTF-8. */
function inUtf8(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Buffer.from(value, "utf8").toString("latin1")]),
  );
}

/** A longer body is read to its end and cut. */
async function readAll(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (size < LONGEST_BODY) {
      chunks.push(chunk);
      size += chunk.length;
    }
  }
  return Buffer.concat(chunks).toString("utf8");
}
