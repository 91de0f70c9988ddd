import type { GatewayObject } from "../../mesh/kubernetes/objects.ts";
import { UnknownCallerError } from "./callers.ts";
import { coversHost, mostSpecific } from "./hosts.ts";
import type { MeshRequest, TraceStep } from "./types.ts";
import { unreadBecause } from "./unread-path.ts";
import { hasLabels, keyOf, nameOf, type GatewayWorkload, type World } from "./world.ts";

type Server = NonNullable<GatewayObject["spec"]["servers"]>[number];

/** Where a request comes in. */
export interface Entry {
  readonly gateway: GatewayObject;
  /** Key of the Gateway as VirtualServices name it. */
  readonly key: string;
  readonly server: Server;
  /** The pods that listen; undefined where the stack runs none with these labels. */
  readonly workload: GatewayWorkload | undefined;
  readonly port: number;
  readonly step: TraceStep;
}

/** Why a request does not come in. */
export interface Refusal {
  /** Null: the connection is closed without an answer. */
  readonly status: number | null;
  readonly step: TraceStep;
}

/**
 * The world as a client sees it that asks one gateway, or that comes from outside of the cluster.
 * @throws UnknownCallerError when no gateway has the name
 */
export function entrances(world: World, name: string | undefined): World {
  const workload = world.gateways.find(({ serviceAccount }) => serviceAccount === name);
  if (name !== undefined && workload === undefined) {
    throw new UnknownCallerError(
      `this stack runs no gateway named ${name} (known: ${world.gateways.map(({ serviceAccount }) => serviceAccount).join(", ")})`,
    );
  }
  const closed = world.gateways.filter((other) => (workload === undefined ? other.isInside : other !== workload));
  return {
    ...world,
    gatewayObjects: world.gatewayObjects.filter(
      ({ spec }) => !closed.some(({ labels }) => hasLabels(labels, spec.selector)),
    ),
  };
}

/**
 * The server of a Gateway that takes a request: its port listens, and its hosts cover the request's most specifically.
 * @param options `isBetweenProxies`: the connection comes from a proxy of the mesh, which speaks what the server asks for
 */
export function enter(
  world: World,
  request: MeshRequest,
  options: { readonly isBetweenProxies?: true } = {},
): Entry | Refusal {
  const port = portOf(request);
  const offers = world.gatewayObjects.flatMap((gateway) =>
    (gateway.spec.servers ?? [])
      .filter((server) => server.port.number === port)
      .map((server, index) => ({ gateway, server, index })),
  );
  if (offers.length === 0) {
    return refusal(null, `no Gateway listens on port ${port}: the connection is refused`);
  }
  const fitting = offers.filter(({ server }) => hostsOf(server).some((host) => coversHost(host, request.host)));
  const best = mostSpecific(
    fitting.flatMap(({ server }) => hostsOf(server)),
    request.host,
  );
  const chosen = fitting.find(({ server }) => best !== undefined && hostsOf(server).includes(best));
  const unread = unreadBecause(request);
  if (chosen === undefined) {
    return request.scheme === "https"
      ? refusal(null, `no server on port ${port} has a certificate for ${request.host}: the handshake fails`)
      : unread === undefined
        ? refusal(404, `no server on port ${port} answers for ${request.host}`)
        : refusal(400, unread);
  }
  const { gateway, server } = chosen;
  const speaks = isTls(server) ? "https" : "http";
  // TLS may end at the load balancer: then what arrives on the HTTPS port is plain.
  if (speaks === "https" && request.scheme === "http" && options.isBetweenProxies !== true) {
    return refusal(null, `port ${port} speaks TLS: a plain request is cut off`, gateway);
  }
  if (unread !== undefined && !isPassthrough(server)) {
    return refusal(400, unread, gateway);
  }
  const workload = world.gateways.find(({ labels }) => hasLabels(labels, gateway.spec.selector));
  return {
    gateway,
    key: keyOf(gateway),
    server,
    workload,
    port,
    step: {
      object: nameOf(gateway),
      rule: `servers ${server.port.name}`,
      says: entryWords(server, request.host, workload),
    },
  };
}

/** Whether the result is a refusal. */
export function isRefusal(result: Entry | Refusal): result is Refusal {
  return "status" in result;
}

/** Whether a server hands TLS on as it comes, and so reads no request. */
export function isPassthrough({ tls }: Server): boolean {
  return tls?.mode === "PASSTHROUGH" || tls?.mode === "AUTO_PASSTHROUGH";
}

/** Hosts of a server without the namespace that they may be limited to. */
export function hostsOf(server: Server): string[] {
  return server.hosts.map((host) => host.slice(host.indexOf("/") + 1));
}

/** Port that a URL means. */
export function portOf({ port, scheme }: MeshRequest): number {
  return port ?? (scheme === "https" ? 443 : 80);
}

function isTls({ port }: Server): boolean {
  return port.protocol === "HTTPS" || port.protocol === "TLS";
}

function entryWords(server: Server, host: string, workload: GatewayWorkload | undefined): string {
  const pods =
    workload === undefined ? "pods that this stack does not make" : `${workload.namespace}/${workload.serviceAccount}`;
  const tls = server.tls?.mode === undefined ? "" : `, TLS ${server.tls.mode}`;
  return `${server.port.protocol} on port ${server.port.number} answers for ${host}${tls}; received by ${pods}`;
}

function refusal(status: number | null, says: string, gateway?: GatewayObject): Refusal {
  return { status, step: { object: gateway === undefined ? "Gateway" : nameOf(gateway), rule: "", says } };
}
