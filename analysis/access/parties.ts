import { principal as principalOf } from "../../mesh/kubernetes/names.ts";
import { ISTIO_PORTS } from "../../mesh/kubernetes/ports.ts";
import type { Workload } from "../authorization/request.ts";
import { ambientNamespaces } from "../authorization/waypoint.ts";
import { namespaceOf } from "../objects/object.ts";
import { ofKind, type AccessWorld } from "./access-index.ts";

/** One end of a pair of the matrix. */
export interface Party {
  /** A service's name, a gateway's, `<namespace>/<account>` of one that only a policy names, or `outside`. */
  readonly name: string;
  readonly kind: "service" | "gateway" | "elsewhere" | "outside";
  /** Where its pods are and how they are labelled; undefined outside of the mesh. */
  readonly workload?: Workload;
  /** Identity in the mesh; undefined outside of it. */
  readonly principal?: string;
  /** Ports of its pods. */
  readonly ports: readonly number[];
}

/** Whatever has no sidecar: a client, or a host of the Internet. */
export const OUTSIDE: Party = { name: "outside", kind: "outside", ports: [443] };

/** Every party of a stack's objects: its workloads with sidecars, its gateways, callers that only policies name, and the outside. */
export function partiesOf(world: AccessWorld): Party[] {
  const own = [...workloads(world), ...gateways(world), ...waypoints(world)];
  return [...own, ...named(world, own), OUTSIDE];
}

/** Callers of other namespaces, of which no more is known than that a policy lets them in: they are callers only. */
function named({ objects, trustDomain }: AccessWorld, own: readonly Party[]): Party[] {
  const sources = ofKind(objects, "AuthorizationPolicy")
    .filter(({ spec }) => spec.action !== "DENY")
    .flatMap(({ spec }) => (spec.rules ?? []).flatMap(({ from = [] }) => from.map(({ source = {} }) => source)));
  const principals = [
    ...sources.flatMap((source) => source.principals ?? []),
    ...sources.flatMap(({ namespaces = [] }) => namespaces.map((name) => principalOf(trustDomain, name, "*"))),
  ];
  return [...new Set(principals)]
    .filter((principal) => !own.some((party) => party.principal === principal))
    .flatMap((principal): Party[] => {
      const [, namespace, account] = /\/ns\/([^/]+)\/sa\/(.+)$/.exec(principal) ?? [];
      return namespace === undefined || account === undefined
        ? []
        : [callerOnly(`${namespace}/${account}`, { namespace, labels: {} }, principal)];
    });
}

function callerOnly(name: string, workload: Workload, principal: string): Party {
  return { name, kind: "elsewhere", workload, principal, ports: [] };
}

/** One for each service; versions whose pods have accounts of their own are parties of their own. */
function workloads({ objects, trustDomain }: AccessWorld): Party[] {
  const parties = ofKind(objects, "Deployment").map((object): Party => {
    const namespace = namespaceOf(object);
    const { metadata, spec } = object.spec.template;
    return {
      name: metadata.labels["app"] ?? object.metadata.name,
      kind: "service",
      workload: { namespace, labels: metadata.labels },
      principal: principalOf(trustDomain, namespace, spec.serviceAccountName ?? "default"),
      ports: spec.containers.flatMap(({ ports = [] }) => ports.map(({ containerPort }) => containerPort)),
    };
  });
  const isShared = ({ name, principal }: Party) =>
    parties.every((other) => other.name !== name || other.principal === principal);
  const all = parties.map((party) =>
    isShared(party) ? party : { ...party, name: `${party.name}@${party.workload?.labels["version"] ?? ""}` },
  );
  return all.filter((party, index) => all.findIndex(({ name }) => name === party.name) === index);
}

/** Istio's gateways: the chart names Deployment and ServiceAccount after the release. */
function gateways({ releases, trustDomain }: AccessWorld): Party[] {
  return releases
    .filter(({ chart }) => chart === "gateway")
    .map(({ name, namespace, values }) => ({
      name,
      kind: "gateway",
      workload: { namespace, labels: { app: name, istio: name.replace(/^istio-/, "") } },
      principal: principalOf(trustDomain, namespace, name),
      // Nobody calls a gateway for its health checks.
      ports: servicePorts(values["service"]).filter((port) => port !== ISTIO_PORTS.gatewayHealth),
    }));
}

/** Waypoints send requests on in their own name; a call to one means the service behind it. */
function waypoints({ objects, trustDomain }: AccessWorld): Party[] {
  return [...ambientNamespaces(objects, trustDomain).values()]
    .flatMap(({ waypoint }) => waypoint ?? [])
    .map(({ name, workload, principal }) => callerOnly(`${workload.namespace}/${name}`, workload, principal));
}

function servicePorts(service: unknown): number[] {
  const { ports = [] } = service as { readonly ports?: readonly { readonly targetPort: number }[] };
  return ports.map(({ targetPort }) => targetPort);
}
