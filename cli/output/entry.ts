import type { UpResult } from "../../sandbox/driver/commands/index.ts";

/** Routes of a large catalog that are not listed. */
const LISTED_ROUTES = 6;

/** Where requests enter: addresses that a browser opens, and the same for curl and for `mesh request`. */
export function entryLines(
  stack: string,
  {
    forwards,
    routes,
    hosts,
    loadBalancerHostName,
  }: Pick<UpResult, "forwards" | "routes" | "hosts" | "loadBalancerHostName">,
): string[] {
  const local = forwards.find(({ url }) => url !== undefined)?.url;
  const [first] = routes;
  if (local === undefined || first === undefined) {
    return loadBalancerHostName === undefined
      ? []
      : [`entry        ${hosts.join(", ")} -> ${loadBalancerHostName} (not real: nothing listens there)`];
  }
  const listed = routes
    .slice(0, LISTED_ROUTES)
    .map(({ url, service }) => ({ url: localUrl(local, url, hosts), service }));
  const width = Math.max(...listed.map(({ url }) => url.length));
  return [
    ...listed.map(
      ({ url, service }, index) => `${(index === 0 ? "open" : "").padEnd(12)} ${url.padEnd(width)}   ${service}`,
    ),
    ...(routes.length > listed.length ? [`             and ${routes.length - listed.length} more`] : []),
    `try          curl ${listed[0]?.url ?? local}`,
    `             npm run mesh -- request ${stack} 'GET ${first.url}' -n 100`,
  ];
}

/** The loopback address itself means the first host; browsers and curl resolve every name below `localhost` to it, too. */
function localUrl(local: string, url: string, hosts: readonly string[]): string {
  const { host, pathname } = new URL(url);
  const isFirst = host === hosts[0]?.replace(/^\*/, "www");
  return `http://${isFirst ? "127.0.0.1" : `${host}.localhost`}:${new URL(local).port}${pathname}`;
}
