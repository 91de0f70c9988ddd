import type { StringMatch } from "./string-match.ts";
import type { MeshRequest } from "./types.ts";
import type { HttpRoute } from "./world.ts";

/** The request as the destination gets it: path and host rewritten, headers set, added and removed. */
export function rewritten(request: MeshRequest, route: HttpRoute, uri: StringMatch | undefined): MeshRequest {
  const { rewrite, headers } = route;
  return {
    ...request,
    path: rewrittenPath(request.path, rewrite, uri),
    host: rewrite?.authority ?? request.host,
    headers: changedHeaders(request.headers, headers?.request),
  };
}

function rewrittenPath(path: string, rewrite: HttpRoute["rewrite"], uri: StringMatch | undefined): string {
  const regex = rewrite?.uriRegexRewrite;
  if (regex?.match !== undefined) {
    // RE2 writes groups as \1, JavaScript as $1.
    return path.replace(new RegExp(regex.match, "gu"), (regex.rewrite ?? "").replaceAll(/\\(\d)/g, "$$$1"));
  }
  if (rewrite?.uri === undefined) {
    return path;
  }
  // A prefix is replaced and the rest kept; any other match is replaced whole.
  return uri?.prefix === undefined ? rewrite.uri : rewrite.uri + path.slice(uri.prefix.length);
}

type HeaderChange = NonNullable<HttpRoute["headers"]>["request"];

function changedHeaders(
  headers: Readonly<Record<string, string>>,
  change: HeaderChange,
): Readonly<Record<string, string>> {
  const removed = new Set((change?.remove ?? []).map((name) => name.toLowerCase()));
  const kept = Object.entries(headers).filter(([name]) => !removed.has(name));
  const added = Object.entries(change?.add ?? {}).map(([name, value]): [string, string] => {
    const earlier = headers[name.toLowerCase()];
    return [name.toLowerCase(), earlier === undefined ? value : `${earlier},${value}`];
  });
  const set = Object.entries(change?.set ?? {}).map(([name, value]): [string, string] => [name.toLowerCase(), value]);
  return Object.fromEntries([...kept, ...added, ...set]);
}
