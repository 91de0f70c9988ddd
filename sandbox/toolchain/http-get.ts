import * as http from "node:http";
import * as https from "node:https";
import { finished } from "node:stream/promises";

/** Redirects that are followed: a mirror sends a file to where it is kept. */
const MOST_REDIRECTS = 5;

/** Without a byte for so long the other side counts as gone, in milliseconds. */
const IDLE_MS = 30_000;

/** What one request needs. */
export interface GetOptions {
  readonly accept: string;
  /** HTTP_PROXY, HTTPS_PROXY and NO_PROXY are heeded (by Node 22.21 and newer). NODE_EXTRA_CA_CERTS holds for the whole process. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks for a document and follows redirects.
 * @returns the answer's stream, whose status is 200, and the address that it came from in the end.
 * @throws Error with a sentence that names the address without its credentials.
 */
export async function httpGet(
  url: URL,
  options: GetOptions,
): Promise<{ readonly body: http.IncomingMessage; readonly from: URL }> {
  let from = url;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const body = await request(from, options);
    const { location } = body.headers;
    if (body.statusCode === 200) {
      return { body, from };
    }
    body.resume();
    await finished(body);
    if (location === undefined || ![301, 302, 303, 307, 308].includes(body.statusCode ?? 0)) {
      throw new Error(`${withoutCredentials(from)} answers ${body.statusCode}`);
    }
    from = new URL(location, from);
  }
  throw new Error(`${withoutCredentials(url)} redirects more than ${MOST_REDIRECTS} times`);
}

/** An address that may be shown. */
export function withoutCredentials(url: URL): string {
  const shown = new URL(url);
  shown.username = "";
  shown.password = "";
  return shown.href;
}

async function request(url: URL, { accept, env, signal }: GetOptions): Promise<http.IncomingMessage> {
  const client = url.protocol === "http:" ? http : https;
  // Typed by hand: `proxyEnv` is newer than the oldest Node of the 22s, where it does nothing.
  const agentOptions: http.AgentOptions & { proxyEnv: GetOptions["env"] } = { proxyEnv: env };
  const agent = url.protocol === "http:" ? new http.Agent(agentOptions) : new https.Agent(agentOptions);
  return new Promise((resolve, reject) => {
    const options = { agent, timeout: IDLE_MS, headers: { accept, "user-agent": "ecommerce-mesh" }, signal };
    const sent = client.get(url, options, resolve);
    sent.once("timeout", () => sent.destroy(new Error(`nothing came for ${IDLE_MS / 1000} s`)));
    sent.once("error", (error) =>
      reject(new Error(`${withoutCredentials(url)} cannot be reached: ${error.message}`, { cause: error })),
    );
  });
}
