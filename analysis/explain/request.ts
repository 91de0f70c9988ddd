import type { Caller, MeshRequest } from "./types.ts";

/** A request that cannot be read. */
export class RequestTextError extends Error {
  override readonly name = "RequestTextError";
}

/**
 * Reads a request as people write it.
 * @param text method and URL: `GET https://shop.example.com/products/7`; without a method GET
 * @param headerLines as curl takes them: `x-canary: true`
 * @param from service that calls, with an optional version: `order` or `order:v2`
 * @throws RequestTextError
 */
export function parseRequest(text: string, headerLines: readonly string[] = [], from?: string): MeshRequest {
  const parts = /^\s*(?:([A-Za-z]+)\s+)?(\S+)\s*$/.exec(text);
  const url = parts?.[2] === undefined ? undefined : urlOf(parts[2]);
  if (url === undefined) {
    throw new RequestTextError(
      `expected a method and a URL such as 'GET https://shop.example.com/products/7'; got '${text}'`,
    );
  }
  const headers = Object.fromEntries(headerLines.map(headerOf));
  const authority = headers["host"]?.split(":")[0];
  return {
    method: (parts?.[1] ?? "GET").toUpperCase(),
    scheme: url.protocol === "https:" ? "https" : "http",
    host: (authority ?? url.hostname).toLowerCase(),
    port: url.port === "" ? undefined : Number(url.port),
    path: normalized(url.pathname),
    query: queryOf(url.search),
    headers,
    ...(from === undefined ? {} : { from: callerOf(from) }),
  };
}

/**
 * As each proxy reads it before anything else: what needs no escape has none. Dot segments are out of the URL already.
 * Source: Envoy's `normalize_path`, which Istio's `pathNormalization: BASE`, the default, switches on.
 */
function normalized(path: string): string {
  return path.replace(/%([0-9a-f]{2})/gi, (escaped, code: string) => {
    const character = String.fromCharCode(Number.parseInt(code, 16));
    return /[\w.~-]/.test(character) ? character : escaped;
  });
}

/** As Envoy reads it: what is escaped stays so, and of a repeated parameter the first counts. */
function queryOf(search: string): Record<string, string> {
  const pairs = search
    .slice(1)
    .split("&")
    .map((text) => text.split("="));
  const named = pairs
    .filter((parts) => parts.join("=") !== "")
    .map(([name = "", ...value]) => [name, value.join("=")] as const);
  return Object.fromEntries(named.reverse());
}

function urlOf(text: string): URL | undefined {
  return /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
}

function headerOf(line: string): [string, string] {
  const parts = /^\s*([!#$%&'*+.^_`|~\w-]+)\s*:\s*(.*?)\s*$/.exec(line);
  if (parts?.[1] === undefined) {
    throw new RequestTextError(`expected a header such as 'x-canary: true'; got '${line}'`);
  }
  return [parts[1].toLowerCase(), parts[2] ?? ""];
}

function callerOf(text: string): Caller {
  const [service = "", version] = text.split(":");
  return version === undefined ? { service } : { service, version };
}
