import { replaceMatches } from "../../mesh/kubernetes/regex.ts";
import type { StringMatch } from "./http-match.ts";
import type { MeshRequest } from "./types.ts";
import type { HttpRoute } from "./views.ts";

/**
 * The request as the destination gets it: path and host rewritten, headers set, added and removed.
 * @param uri the path's condition in the block that holds: a prefix rewrite replaces what that matched
 */
export function rewritten(request: MeshRequest, { rewrite, headers }: HttpRoute, uri?: StringMatch): MeshRequest {
  return {
    ...request,
    path: rewrittenPath(request.path, rewrite, uri),
    host: rewrite?.authority ?? request.host,
    headers: changedHeaders(request.headers, headers?.request),
  };
}

function rewrittenPath(path: string, rewrite: HttpRoute["rewrite"], uri: StringMatch | undefined): string {
  const { match, rewrite: replacement = "" } = rewrite?.uriRegexRewrite ?? {};
  if (match !== undefined) {
    return replaceMatches(match, path, replacement);
  }
  if (rewrite?.uri === undefined) {
    return path;
  }
  // A prefix is replaced and the rest kept; any other match is replaced whole.
  return uri?.prefix === undefined ? rewrite.uri : rewrite.uri + path.slice(uri.prefix.length);
}

type Headers = MeshRequest["headers"];
type HeaderChange = NonNullable<HttpRoute["headers"]>["request"];

function changedHeaders(headers: Headers, { set = {}, add = {}, remove = [] }: HeaderChange = {}): Headers {
  const removed = new Set(remove.map((name) => name.toLowerCase()));
  const kept = Object.entries(headers).filter(([name]) => !removed.has(name));
  const added = Object.entries(add).map(([name, value]): [string, string] => {
    const earlier = headers[name.toLowerCase()];
    return [name.toLowerCase(), earlier === undefined ? value : `${earlier},${value}`];
  });
  const replaced = Object.entries(set).map(([name, value]): [string, string] => [name.toLowerCase(), value]);
  return Object.fromEntries([...kept, ...added, ...replaced]);
}
