import { NOTHING, type Outcome } from "./outcome.ts";
import type { MeshRequest } from "./types.ts";

/** Why a proxy that reads HTTP answers 400 before it looks at any host, route or policy; undefined where it can read the path. */
export function unreadBecause({ path }: MeshRequest): string | undefined {
  // An escaped NUL is what Envoy's `normalize_path` refuses.
  return path.includes("%00") ? "a path with %00 cannot be normalized: 400" : undefined;
}

/** What comes of such a request. @param proxy the object that stands for the proxy in the trace */
export function unreadPath(request: MeshRequest, proxy: string): Outcome | undefined {
  const says = unreadBecause(request);
  return says === undefined
    ? undefined
    : { ...NOTHING, own: { status: 400 }, trace: [{ object: proxy, rule: "path normalization", says }] };
}
