import type { GatewayObject } from "../../mesh/kubernetes/objects.ts";
import { hasLabels, keyOf } from "../objects/object.ts";
import { UnknownCallerError } from "./callers.ts";
import { coversHost, mostSpecific } from "./hosts.ts";
import { step } from "./outcome.ts";
import type { MeshRequest, TraceStep } from "./types.ts";
import type { GatewayWorkload, World } from "./world.ts";

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
export interface EntryRefusal {
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
    const known = world.gateways.map(({ serviceAccount }) => serviceAccount).join(", ");
    throw new UnknownCallerError(`this stack runs no gateway named ${name} (known: ${known})`);
  }
  const closed = world.gateways.filter((other) => (workload === undefined ? other.isInside : other !== workload));
  const isOpen = ({ spec }: GatewayObject) => !closed.some(({ labels }) => hasLabels(labels, spec.selector));
  return { ...world, gatewayObjects: world.gatewayObjects.filter(isOpen) };
}

/**
 * The server of a Gateway that takes a request: its port listens, and its hosts cover the request's most specifically.
 * @param options `isBetweenProxies`: the connection comes from a proxy of the mesh, which speaks what the server asks for
 */
export function enter(
  world: World,
  request: MeshRequest,
  options: { readonly isBetweenProxies?: boolean } = {},
): Entry | EntryRefusal {
  const { host, scheme } = request;
  const port = portOf(request);
  const offers = world.gatewayObjects.flatMap((gateway) =>
    (gateway.spec.servers ?? []).filter((server) => server.port.number === port).map((server) => ({ gateway, server })),
  );
  if (offers.length === 0) {
    return refusal(null, `no Gateway listens on port ${port}: the connection is refused`);
  }
  const best = mostSpecific(
    offers.flatMap(({ server }) => hostsOf(server)).filter((pattern) => coversHost(pattern, host)),
    host,
  );
  const chosen = offers.find(({ server }) => best !== undefined && hostsOf(server).includes(best));
  const unread = unreadBecause(request);
  if (chosen === undefined) {
    if (scheme === "https") {
      return refusal(null, `no server on port ${port} has a certificate for ${host}: the handshake fails`);
    }
    return unread === undefined ? refusal(404, `no server on port ${port} answers for ${host}`) : refusal(400, unread);
  }
  const { gateway, server } = chosen;
  const isTls = ["HTTPS", "TLS"].includes(server.port.protocol);
  // TLS may end at the load balancer: then what arrives on the HTTPS port is plain.
  if (isTls && scheme === "http" && options.isBetweenProxies !== true) {
    return refusal(null, `port ${port} speaks TLS: a plain request is cut off`, gateway);
  }
  if (unread !== undefined && !isPassthrough(server)) {
    return refusal(400, unread, gateway);
  }
  const workload = world.gateways.find(({ labels }) => hasLabels(labels, gateway.spec.selector));
  const arrival = step(gateway, entryWords(server, host, workload), `servers ${server.port.name}`);
  return { gateway, key: keyOf(gateway), server, workload, port, step: arrival };
}

/** Whether the result is a refusal. */
export function isRefusal(result: Entry | EntryRefusal): result is EntryRefusal {
  return "status" in result;
}

/** Whether a server hands TLS on as it comes, and so reads no request. */
export function isPassthrough({ tls }: Server): boolean {
  return tls?.mode === "PASSTHROUGH" || tls?.mode === "AUTO_PASSTHROUGH";
}

/** Why a proxy that reads HTTP answers 400 before it looks at any host, route or policy; undefined where it can read the path. */
export function unreadBecause({ path }: MeshRequest): string | undefined {
  // An escaped NUL is what Envoy's `normalize_path` refuses.
  return path.includes("%00") ? "a path with %00 cannot be normalized: 400" : undefined;
}

/** Port that a URL means. */
export function portOf({ port, scheme }: MeshRequest): number {
  return port ?? (scheme === "https" ? 443 : 80);
}

/** Hosts of a server without the namespace that they may be limited to. */
function hostsOf(server: Server): string[] {
  return server.hosts.map((host) => host.slice(host.indexOf("/") + 1));
}

function entryWords({ port, tls }: Server, host: string, workload: GatewayWorkload | undefined): string {
  const pods =
    workload === undefined ? "pods that this stack does not make" : `${workload.namespace}/${workload.serviceAccount}`;
  const mode = tls?.mode === undefined ? "" : `, TLS ${tls.mode}`;
  return `${port.protocol} on port ${port.number} answers for ${host}${mode}; received by ${pods}`;
}

function refusal(status: number | null, message: string, gateway: GatewayObject | string = "Gateway"): EntryRefusal {
  return { status, step: step(gateway, message) };
}
