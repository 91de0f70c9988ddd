import type { KubernetesObject, HelmRelease } from "../../mesh/kubernetes/objects.ts";
import { principal as principalOf } from "../../mesh/kubernetes/names.ts";
import { ambientNamespaces } from "../authorization/waypoint.ts";
import type { Workload } from "../authorization/request.ts";

/** Somebody in the matrix of who can call whom. */
export interface Party {
  /** A service's name, a gateway's, `<namespace>/<account>` of one whom only a policy names, or `outside`. */
  readonly name: string;
  readonly kind: "service" | "gateway" | "elsewhere" | "outside";
  /** Where its pods are and how they are labelled; undefined outside of the mesh. */
  readonly workload?: Workload;
  /** Identity in the mesh; undefined outside of it. */
  readonly principal?: string;
  /** Ports of its pods. */
  readonly ports: readonly number[];
}

/** Whoever has no sidecar: a client, or a host of the Internet. */
export const OUTSIDE: Party = { name: "outside", kind: "outside", ports: [443] };

/** Everybody in a stack's objects: its workloads with sidecars, its gateways, whom else policies name, and the outside. */
export function partiesOf(
  objects: readonly KubernetesObject[],
  releases: readonly HelmRelease[],
  trustDomain: string,
): Party[] {
  const own = [
    ...workloads(objects, trustDomain),
    ...gateways(releases, trustDomain),
    ...waypoints(objects, trustDomain),
  ];
  return [...own, ...named(objects, trustDomain, own), OUTSIDE];
}

/** Callers of other namespaces, of which no more is known than that a policy lets them in: they are callers only. */
function named(objects: readonly KubernetesObject[], trustDomain: string, own: readonly Party[]): Party[] {
  const sources = objects.flatMap((object) =>
    object.kind === "AuthorizationPolicy" && object.spec.action !== "DENY"
      ? (object.spec.rules ?? []).flatMap(({ from }) => (from ?? []).map(({ source }) => source ?? {}))
      : [],
  );
  const principals = [
    ...sources.flatMap(({ principals }) => principals ?? []),
    ...sources.flatMap(({ namespaces }) => namespaces ?? []).map((name) => principalOf(trustDomain, name, "*")),
  ];
  return [...new Set(principals)]
    .filter((principal) => !own.some((party) => party.principal === principal))
    .flatMap((principal) => {
      const [, namespace, account] = /\/ns\/([^/]+)\/sa\/(.+)$/.exec(principal) ?? [];
      return namespace === undefined || account === undefined
        ? []
        : [
            {
              name: `${namespace}/${account}`,
              kind: "elsewhere",
              workload: { namespace, labels: {} },
              principal,
              ports: [],
            },
          ];
    });
}

/** One for each service; versions whose pods have accounts of their own are parties of their own. */
function workloads(objects: readonly KubernetesObject[], trustDomain: string): Party[] {
  const parties = objects.flatMap((object): Party[] => {
    if (object.kind !== "Deployment") {
      return [];
    }
    const { namespace = "default", name } = object.metadata;
    const { metadata, spec } = object.spec.template;
    return [
      {
        name: metadata.labels["app"] ?? name,
        kind: "service",
        workload: { namespace, labels: metadata.labels },
        principal: principalOf(trustDomain, namespace, spec.serviceAccountName ?? "default"),
        ports: spec.containers.flatMap(({ ports }) => (ports ?? []).map(({ containerPort }) => containerPort)),
      },
    ];
  });
  const versions = (party: Party) => parties.filter((other) => other.name === party.name);
  return parties
    .map((party) =>
      new Set(versions(party).map(({ principal }) => principal)).size === 1
        ? party
        : { ...party, name: `${party.name}@${party.workload?.labels["version"] ?? ""}` },
    )
    .filter((party, index, all) => all.findIndex(({ name }) => name === party.name) === index);
}

/** Istio's gateways: the chart names Deployment and ServiceAccount after the release. */
function gateways(releases: readonly HelmRelease[], trustDomain: string): Party[] {
  return releases
    .filter(({ chart }) => chart === "gateway")
    .map(({ name, namespace, values }) => ({
      name,
      kind: "gateway",
      workload: { namespace, labels: { app: name, istio: name.replace(/^istio-/, "") } },
      principal: principalOf(trustDomain, namespace, name),
      ports: servicePorts(values["service"]).filter((port) => port !== HEALTH_PORT),
    }));
}

/** Waypoints send requests on in their own name; whoever calls one means the service behind it. */
function waypoints(objects: readonly KubernetesObject[], trustDomain: string): Party[] {
  return [...ambientNamespaces(objects, trustDomain).values()].flatMap(({ waypoint }) =>
    waypoint === undefined
      ? []
      : [
          {
            name: `${waypoint.workload.namespace}/${waypoint.name}`,
            kind: "elsewhere",
            workload: waypoint.workload,
            principal: waypoint.principal,
            ports: [],
          },
        ],
  );
}

/** Health checks of a gateway: nobody calls it for what it serves. */
const HEALTH_PORT = 15021;

function servicePorts(service: unknown): number[] {
  const { ports } = service as { readonly ports?: readonly { readonly targetPort: number }[] };
  return (ports ?? []).map(({ targetPort }) => targetPort);
}
