import { hostOfService } from "../objects/object.ts";

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

/** A short name as Istio completes it: with the namespace of the object that holds it. */
export function fullHost(host: string, namespace: string): string {
  return host.includes(".") || host === "*" ? host : hostOfService(host, namespace);
}

/** The names by which pods of a namespace may mean a Service: as DNS completes them. */
export function candidateHosts(host: string, namespace: string): string[] {
  const [name = "", second, third, ...more] = host.split(".");
  if (more.length > 0 || (third !== undefined && third !== "svc")) {
    return [host];
  }
  return [host, hostOfService(name, second ?? namespace)];
}
