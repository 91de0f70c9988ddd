import { accessMatrix, type AccessEdge } from "../../analysis/access/matrix.ts";
import type { Grant } from "../../analysis/access/grants.ts";
import { clusterName } from "../../mesh/kubernetes/names.ts";
import { stackObjects, stackReleases } from "../../mesh/inventory.ts";
import type { Stack } from "../../mesh/load/load.ts";
import { likelyCounts } from "../../analysis/observation/binomial.ts";
import type { Verdict } from "../../analysis/observation/verdict.ts";
import type { MatchSpec } from "../../mesh/features/routing/schema/matches.ts";

/** Which service calls which with what, and whether `mesh access` grants it. */
export interface Call {
  readonly from: string;
  readonly text: string;
  readonly granted: boolean;
}

/** A request from outside. */
export interface PublicRequest {
  readonly text: string;
  readonly headers: readonly string[];
}

/** Something that no catalog grants. */
const UNGRANTED = { methods: ["DELETE"], paths: ["/ungranted/7"] } as const;

/** Every ordered pair of services, with the methods and paths that the caller may use, and some that it may not. */
export function callsOf(stack: Stack): Call[] {
  const name = clusterName(stack.name, stack.config);
  const edges = accessMatrix({
    objects: stackObjects(stack, name),
    releases: stackReleases(stack, name),
    trustDomain: stack.config.mesh.trustDomain,
  });
  const services = Object.entries(stack.catalog.services);
  return services.flatMap(([from, { calls }]) =>
    services
      .filter(([to]) => to !== from)
      .flatMap(([to, { port, servicePort = port }]) => {
        const own = calls.filter((call) => call.to === to);
        const methods = ["GET", "POST", ...own.flatMap((call) => call.methods), ...UNGRANTED.methods];
        const paths = [...own.flatMap((call) => call.paths.flatMap(concrete)), ...UNGRANTED.paths];
        const edge = edges.find((one) => one.from === from && one.to === to);
        return [...new Set(methods)].flatMap((method) =>
          [...new Set(paths)].map((path) => ({
            from,
            text: `${method} http://${to}:${servicePort}${path}`,
            granted: isGranted(edge, method, path),
          })),
        );
      }),
  );
}

/** Every route of the ingress gateway with every way that a catalog's rules name; the rules come first. */
export function publicRequestsOf({ catalog }: Stack): PublicRequest[] {
  const [host = ""] = catalog.hosts;
  return Object.values(catalog.services).flatMap(({ routes, rules }) =>
    routes.flatMap(({ prefix, hosts = [host] }) => {
      const url = `https://${hosts[0] ?? host}${prefix}`;
      const below = `${url.replace(/\/$/, "")}/seven/7`;
      return [
        ...["GET", "POST"].flatMap((method) => [url, below].map((at) => ({ text: `${method} ${at}`, headers: [] }))),
        ...rules.flatMap(({ match }) => {
          const headers = headersOf(match);
          return headers.length === 0 ? [] : [{ text: `GET ${url}`, headers }];
        }),
      ];
    }),
  );
}

/** The foretold shares as text, equal for requests that are split alike; undefined where nothing is left to chance. */
export function splitAs({ outcomes }: Verdict): string | undefined {
  const shares = outcomes.filter(({ foretold }) => foretold > 0);
  return shares.some(({ foretold }) => foretold < 1)
    ? shares.map(({ what, foretold }) => `${what} ${foretold}`).join(", ")
    : undefined;
}

/** What does not agree when requests that are split alike are counted together: chance allows less of more. */
export function togetherAgainst(verdicts: readonly Verdict[]): string[] {
  const all = verdicts.flatMap(({ outcomes }) => outcomes);
  const total = sum(all);
  return [...new Set(all.map(({ what }) => what))].flatMap((what) => {
    const outcomes = all.filter((outcome) => outcome.what === what);
    const [count, foretold] = [sum(outcomes), outcomes[0]?.foretold ?? 0];
    const { from, to } = likelyCounts(total, foretold);
    return count >= from && count <= to ? [] : [`${what}: ${count} of ${total}, where chance allows ${from} to ${to}`];
  });
}

function sum(outcomes: readonly { readonly count: number }[]): number {
  return outcomes.reduce((count, outcome) => count + outcome.count, 0);
}

/** Header lines that a rule's conditions take; none where it asks for more than headers of a fixed value. */
function headersOf({ headers = {}, cookie, ...others }: MatchSpec): string[] {
  return Object.keys(others).length > 0
    ? []
    : [
        ...Object.entries(headers).flatMap(([name, value]) => (typeof value === "string" ? [`${name}: ${value}`] : [])),
        ...(cookie?.value === undefined ? [] : [`cookie: ${cookie.name}=${cookie.value}`]),
      ];
}

function isGranted(edge: AccessEdge | undefined, method: string, path: string): boolean {
  return (edge?.grants ?? []).some((grant) => covers(grant, method, path));
}

function covers({ methods, paths }: Grant, method: string, path: string): boolean {
  const fits = (pattern: string) => (pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : pattern === path);
  return methods.some((one) => one === "*" || one === method) && paths.some(fits);
}

/** Paths that a pattern covers. */
function concrete(pattern: string): string[] {
  return pattern.endsWith("*") ? [`${pattern.slice(0, -1)}seven`] : [pattern];
}
