/** Whether a host pattern (`*`, `*.example.com`, `a.example.com`) covers a host. */
export function coversHost(pattern: string, host: string): boolean {
  return pattern === "*" || pattern === host || (pattern.startsWith("*") && host.endsWith(pattern.slice(1)));
}

/** The pattern that Envoy takes for a host: the exact one, else the longest wildcard. */
export function mostSpecific(patterns: Iterable<string>, host: string): string | undefined {
  let best: string | undefined;
  for (const pattern of patterns) {
    if (pattern === host) {
      return pattern;
    }
    if (coversHost(pattern, host) && (best === undefined || pattern.length > best.length)) {
      best = pattern;
    }
  }
  return best;
}

/** A short name as Istio completes it: with the namespace of the object that says it. */
export function fullHost(host: string, namespace: string): string {
  return host.includes(".") || host === "*" ? host : `${host}.${namespace}.svc.cluster.local`;
}

/** The names by which pods of a namespace may mean a Service: as DNS completes them. */
export function candidateHosts(host: string, namespace: string): string[] {
  const labels = host.split(".");
  if (labels.length === 1) {
    return [host, `${host}.${namespace}.svc.cluster.local`];
  }
  return labels.length === 2 || (labels.length === 3 && labels[2] === "svc")
    ? [host, `${labels[0] ?? ""}.${labels[1] ?? ""}.svc.cluster.local`]
    : [host];
}
