import type { GatewayObject, HelmRelease, KubernetesObject } from "../../mesh/kubernetes/objects.ts";
import type { Workload } from "../authorization/request.ts";
import { hasLabels, hostOfService, nameOf } from "../objects/object.ts";
import type { Grant } from "./grants.ts";
import type { Party } from "./parties.ts";
import type { PortAccess } from "./ways.ts";
import { ofKind, outsideHosts, type AccessIndex } from "./access-index.ts";

/** Why a gateway takes nothing from a caller; undefined when it takes requests. */
export function gatewayAccess({ objects, releases }: AccessIndex, from: Party, to: Party): string | undefined {
  const release = releases.find(({ name }) => name === to.name);
  if (from.kind === "outside" && release !== undefined && serviceType(release) === "ClusterIP") {
    return `Service ${release.namespace}/${release.name} (ClusterIP)`;
  }
  const host = release === undefined ? undefined : hostOfService(release.name, release.namespace);
  // A Gateway of the Gateway API that somebody else's pods serve names their address; a waypoint has none.
  const isAddressed = ofKind(objects, "Gateway").some(
    ({ spec }) => "addresses" in spec && spec.addresses.some(({ value }) => value === host),
  );
  const serves = isAddressed || gatewaysOf(objects, to.workload).length > 0;
  return serves ? undefined : `no Gateway selects ${to.name}`;
}

/** Istio's Gateways that pods serve; the Gateway API has a kind of the same name. */
function gatewaysOf(objects: readonly KubernetesObject[], workload: Workload | undefined): GatewayObject[] {
  return objects
    .filter((object) => object.apiVersion === "networking.istio.io/v1")
    .filter((object): object is GatewayObject => object.kind === "Gateway")
    .filter(({ spec }) => workload !== undefined && hasLabels(workload.labels, spec.selector));
}

function serviceType({ values }: HelmRelease): string | undefined {
  return (values["service"] as { readonly type?: string } | undefined)?.type;
}

/** What the mesh lets a workload call outside: every host, or only those that it knows and tells the workload about. */
export function outboundAccess(index: AccessIndex, from: Party): PortAccess {
  const istiod = index.releases.find(({ chart }) => chart === "istiod");
  const meshConfig = istiod?.values["meshConfig"] as
    { readonly outboundTrafficPolicy?: { readonly mode?: string } } | undefined;
  // Istio's default.
  const mode = meshConfig?.outboundTrafficPolicy?.mode ?? "ALLOW_ANY";
  const policy = `MeshConfig outboundTrafficPolicy ${mode}`;
  // A gateway sends requests only where its routes lead.
  const any = mode === "ALLOW_ANY" && from.kind === "service" ? [grant(policy)] : [];
  const grants = [...any, ...(from.kind === "gateway" ? routedBy(index, from) : knownTo(index, from))];
  const refused = from.kind === "gateway" ? `no route of ${from.name} leads there` : policy;
  return { grants, by: grants.length === 0 ? [refused] : grants.map(({ by }) => by) };
}

function grant(by: string, ...conditions: string[]): Grant {
  return { methods: ["*"], paths: ["*"], by, conditions };
}

/** Hosts outside that the workload's proxy sends requests to by itself: those of its Sidecar that no route takes to a gateway. */
function knownTo(index: AccessIndex, { workload }: Party): Grant[] {
  const sidecar = ofKind(index.objects, "Sidecar").find(
    ({ metadata, spec }) =>
      workload !== undefined &&
      metadata.namespace === workload.namespace &&
      hasLabels(workload.labels, spec.workloadSelector?.labels),
  );
  const seen = (sidecar?.spec.egress ?? []).flatMap(({ hosts }) => hosts.map((host) => host.split("/")[1]));
  const elsewhere = hostsAt(index, (gateway) => gateway !== "mesh");
  return grantsOf(index, (host) => (sidecar === undefined || seen.includes(host)) && !elsewhere.includes(host));
}

/** Hosts outside to which the routes of a gateway lead. */
function routedBy(index: AccessIndex, { workload }: Party): Grant[] {
  const gateways = gatewaysOf(index.objects, workload).map(({ metadata }) => metadata.name);
  const hosts = hostsAt(index, (gateway) => gateways.includes(gateway));
  return grantsOf(index, (host) => hosts.includes(host));
}

/** Hosts of VirtualServices that are bound to a gateway of those. */
function hostsAt({ objects }: AccessIndex, isWanted: (gateway: string) => boolean): string[] {
  return ofKind(objects, "VirtualService").flatMap(({ spec: { gateways = [], hosts = [] } }) =>
    gateways.some(isWanted) ? hosts : [],
  );
}

function grantsOf(index: AccessIndex, isOpen: (host: string) => boolean): Grant[] {
  return outsideHosts(index)
    .filter(({ host }) => isOpen(host))
    .map(({ host, entry }) => grant(nameOf(entry), `host ${host}`));
}
