import { request } from "node:http";

/** Milliseconds within which a repository has to answer. */
const ANSWER_WITHIN_MS = 3_000;

/** Variables of an environment, as programs of the network read them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Asks a chart repository whether it is there: for its index, or an OCI registry for its version. Through the proxy of the
 * environment, where it has one, only whether that connects: Helm asks the rest.
 * @param repository `https://`, `http://` or `oci://`
 * @returns why it does not answer; undefined when it does
 */
export async function whyNoAnswer(
  repository: string,
  environment: Environment,
  signal: AbortSignal,
): Promise<string | undefined> {
  const isRegistry = repository.startsWith("oci://");
  const url = new URL(
    isRegistry ? repository.replace("oci:", "https:") : `${repository.replace(/\/$/, "")}/index.yaml`,
  );
  const asked = isRegistry ? new URL("/v2/", url) : url;
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
  try {
    const proxy = proxyOf(url, environment);
    const status = proxy === undefined ? await get(asked, bounded) : await connectThrough(proxy, url, bounded);
    // A registry that wants to know who asks is there: Helm logs in, anonymously too.
    return (status >= 200 && status < 300) || (isRegistry && status === 401)
      ? undefined
      : `${url.host} answers ${status}`;
  } catch (error) {
    signal.throwIfAborted();
    return bounded.aborted
      ? `${url.host} does not answer within ${ANSWER_WITHIN_MS / 1000} s`
      : `${url.host} is out of reach (${reasonOf(error)})`;
  }
}

async function get(url: URL, signal: AbortSignal): Promise<number> {
  const response = await fetch(url, { signal });
  await response.body?.cancel();
  return response.status;
}

async function connectThrough(proxy: URL, { hostname, port }: URL, signal: AbortSignal): Promise<number> {
  return await new Promise((resolve, reject) => {
    const path = `${hostname}:${port === "" ? 443 : port}`;
    const auth =
      proxy.username === ""
        ? {}
        : { auth: `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}` };
    request({ method: "CONNECT", host: proxy.hostname, port: proxy.port, path, signal, ...auth })
      .on("connect", (response, socket) => {
        socket.destroy();
        resolve(response.statusCode ?? 0);
      })
      .on("error", reject)
      .end();
  });
}

/** The proxy that Helm would ask for an address. */
function proxyOf({ protocol, hostname }: URL, environment: Environment): URL | undefined {
  const variable = (name: string) => environment[name] ?? environment[name.toLowerCase()] ?? "";
  const exceptions = variable("NO_PROXY").split(",");
  const isException = exceptions.some(
    (one) => one !== "" && `.${hostname}`.endsWith(`.${one.trim().replace(/^\./, "")}`),
  );
  const proxy = protocol === "https:" && !isException ? variable("HTTPS_PROXY") : "";
  return proxy === "" ? undefined : new URL(proxy.includes("://") ? proxy : `http://${proxy}`);
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return (cause as NodeJS.ErrnoException).code ?? String(cause);
}
