import type { AccessSpec, TokenDemand, TokenSpec } from "../../../mesh/features/authorization/schema/access.ts";
import { NAMESPACES, principal, RELEASES } from "../../../mesh/kubernetes/names.ts";
import type { StackData } from "../../../mesh/stack/stack.ts";

/** Somebody who asks: by certificate, or in plain text from an address. */
export interface Caller {
  readonly name: string;
  /** Service of the catalog, or the ingress gateway. */
  readonly service?: string;
  readonly principal?: string;
  /** Namespace of the identity. */
  readonly namespace?: string;
  /** The network that the configuration names and the caller's address is of. */
  readonly network?: string;
}

/** What a caller may ask of a service. */
export interface Permission {
  readonly methods?: readonly string[] | undefined;
  readonly paths: readonly string[];
  /** Ports of the pod; undefined: every one. */
  readonly ports: readonly number[] | undefined;
  readonly hosts?: readonly string[] | undefined;
  readonly token?: TokenSpec | undefined;
}

/** Everybody that a stack's data name, and some that they do not name. */
export function callersOf(stack: StackData): Caller[] {
  const { catalog, config } = stack;
  const identity = (name: string, namespace: string, account: string, service?: string): Caller => ({
    name,
    namespace,
    principal: principal(config.mesh.trustDomain, namespace, account),
    ...(service === undefined ? {} : { service }),
  });
  const named = Object.values(catalog.services).flatMap(({ access }) => Object.values(access).map(({ from }) => from));
  const networks = new Set([
    ...named.flatMap(({ addresses = [] }) => addresses),
    ...config.security.migration.flatMap(({ plainTextFrom }) => plainTextFrom),
  ]);
  return [
    identity(RELEASES.ingressGateway, NAMESPACES.ingress, RELEASES.ingressGateway, RELEASES.ingressGateway),
    ...Object.keys(catalog.services).map((name) => identity(name, catalog.namespace, name, name)),
    identity("a stranger", "strangers", "stranger"),
    ...named
      .flatMap(({ principals = [] }) => principals)
      .map((who) => identity(who, /\/ns\/([^/]+)\//.exec(who)?.[1] ?? "", /\/sa\/(.+)$/.exec(who)?.[1] ?? "")),
    ...named.flatMap(({ namespaces = [] }) => namespaces).map((who) => identity(`one of ${who}`, who, "somebody")),
    { name: "plain text" },
    ...[...networks].flatMap((network) => [
      { name: `plain text from ${network}`, network },
      { ...identity(`a stranger from ${network}`, "strangers", "stranger"), network },
    ]),
  ];
}

/** What the catalog lets a caller ask: read from the catalog itself, not from what generates the policies. */
export function permissionsOf({ catalog, config }: StackData, caller: Caller, to: string): Permission[] {
  const callee = catalog.services[to];
  if (callee === undefined) {
    return [];
  }
  const own = Object.keys(callee.extraPorts).length === 0 ? undefined : [callee.port];
  const plain = caller.principal === undefined && caller.network !== undefined ? caller.network : undefined;
  return [
    ...(caller.service === RELEASES.ingressGateway ? ofGateway(callee, own) : []),
    ...(catalog.services[caller.service ?? ""]?.calls ?? [])
      .filter((call) => call.to === to)
      .map(({ methods, paths, token }) => ({ methods, paths, ports: own, token: demandOf(token, undefined) })),
    ...Object.values(callee.access)
      .filter(({ from }) => isMeant(from, caller, plain))
      .map(({ methods, paths, port, hosts, token }) => ({
        methods,
        paths,
        hosts,
        ports: own === undefined ? undefined : [port ?? callee.port],
        token: demandOf(token, undefined),
      })),
    ...config.security.migration
      .filter(({ service, plainTextFrom }) => service === to && plain !== undefined && plainTextFrom.includes(plain))
      .map(() => ({ paths: ["/*"], ports: undefined })),
  ];
}

function ofGateway(
  { probes, routes, jwt }: StackData["catalog"]["services"][string],
  ports: Permission["ports"],
): Permission[] {
  return [
    { methods: ["GET"], paths: [probes.liveness, probes.readiness], ports },
    ...routes.flatMap(({ prefix, allow }) =>
      [allow]
        .flat()
        .filter((grant) => grant !== "none")
        .map(({ methods, paths, token }) => ({
          methods,
          paths: paths ?? (prefix === "/" ? ["/*"] : [prefix, `${prefix}/*`]),
          ports,
          token: demandOf(token, jwt?.required === true ? { claims: {} } : undefined),
        })),
    ),
  ];
}

function demandOf(token: TokenDemand, otherwise: TokenSpec | undefined): TokenSpec | undefined {
  return token === "none" ? undefined : (token ?? otherwise);
}

function isMeant(from: AccessSpec["from"], caller: Caller, plain: string | undefined): boolean {
  const { principals = [], namespaces = [], addresses = [] } = from;
  return (
    (caller.principal !== undefined && principals.includes(caller.principal)) ||
    (caller.namespace !== undefined && namespaces.includes(caller.namespace)) ||
    (plain !== undefined && addresses.includes(plain))
  );
}
