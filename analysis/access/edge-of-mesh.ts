import type {
  GatewayObject,
  HelmRelease,
  IngressGatewayObject,
  KubernetesObject,
  SidecarObject,
} from "../../mesh/kubernetes/objects.ts";
import { selects } from "../authorization/select.ts";
import type { Grant } from "./grants.ts";
import type { Party } from "./parties.ts";
import type { AccessIndex } from "./access-index.ts";

/** Why a gateway takes nothing from a caller; undefined when it takes requests. */
export function gatewayAccess({ objects, releases }: AccessIndex, from: Party, to: Party): string | undefined {
  const release = releases.find(({ name }) => name === to.name);
  if (from.kind === "outside" && release !== undefined && serviceType(release) === "ClusterIP") {
    return `Service ${release.namespace}/${release.name} (ClusterIP)`;
  }
  const { workload } = to;
  const serves = objects.some((object) =>
    isIstioGateway(object)
      ? workload !== undefined && isServedBy(object, workload)
      : isGatewayApiGateway(object) && release !== undefined && isAddress(object, release),
  );
  return serves ? undefined : `no Gateway selects ${to.name}`;
}

/** The Gateway API has a kind of the same name. */
function isIstioGateway(object: KubernetesObject): object is GatewayObject {
  return object.apiVersion === "networking.istio.io/v1" && object.kind === "Gateway";
}

function isServedBy({ spec }: GatewayObject, workload: NonNullable<Party["workload"]>): boolean {
  return selects(spec.selector, workload);
}

/** A Gateway of the Gateway API that somebody else's pods serve; a waypoint has no address. */
function isGatewayApiGateway(object: KubernetesObject): object is IngressGatewayObject {
  return object.kind === "Gateway" && "addresses" in object.spec;
}

function isAddress({ spec }: IngressGatewayObject, { name, namespace }: HelmRelease): boolean {
  return spec.addresses.some(({ value }) => value === `${name}.${namespace}.svc.cluster.local`);
}

function serviceType({ values }: HelmRelease): string | undefined {
  return (values["service"] as { readonly type?: string } | undefined)?.type;
}

/** What the mesh lets a workload call outside: every host, or only those that it knows and tells the workload about. */
export function outboundAccess(index: AccessIndex, from: Party): { grants: Grant[]; by: string[] } {
  const known = from.kind === "gateway" ? routedBy(index, from) : knownTo(index, from);
  const istiod = index.releases.find(({ chart }) => chart === "istiod");
  const meshConfig = istiod?.values["meshConfig"] as
    { readonly outboundTrafficPolicy?: { readonly mode?: string } } | undefined;
  // Istio's default.
  const mode = meshConfig?.outboundTrafficPolicy?.mode ?? "ALLOW_ANY";
  const policy = `MeshConfig outboundTrafficPolicy ${mode}`;
  // A gateway sends requests only where its routes lead.
  const any = mode === "ALLOW_ANY" && from.kind === "service" ? [grant(policy, [])] : [];
  const grants = [...any, ...known];
  const refused = from.kind === "gateway" ? `no route of ${from.name} leads there` : policy;
  return { grants, by: grants.length === 0 ? [refused] : grants.map(({ by }) => by) };
}

function grant(by: string, conditions: string[]): Grant {
  return { methods: ["*"], paths: ["*"], by, conditions };
}

/** Hosts outside that the workload's proxy sends requests to by itself: those of its Sidecar that no route takes to a gateway. */
function knownTo({ objects }: AccessIndex, { workload }: Party): Grant[] {
  const sidecar = objects.find(
    (object): object is SidecarObject =>
      object.kind === "Sidecar" &&
      workload !== undefined &&
      object.metadata.namespace === workload.namespace &&
      selects(object.spec.workloadSelector?.labels, workload),
  );
  const seen = (sidecar?.spec.egress ?? []).flatMap(({ hosts }) => hosts.map((host) => host.split("/")[1]));
  const elsewhere = objects.flatMap((object) =>
    object.kind === "VirtualService" && (object.spec.gateways ?? []).some((gateway) => gateway !== "mesh")
      ? (object.spec.hosts ?? [])
      : [],
  );
  return entriesOf(objects)
    .filter(({ host }) => (sidecar === undefined || seen.includes(host)) && !elsewhere.includes(host))
    .map(({ host, by }) => grant(by, [`host ${host}`]));
}

/** Hosts outside to which the routes of a gateway lead. */
function routedBy({ objects }: AccessIndex, { workload }: Party): Grant[] {
  const gateways = objects.flatMap((object) =>
    isIstioGateway(object) && workload !== undefined && isServedBy(object, workload) ? [object.metadata.name] : [],
  );
  const hosts = objects.flatMap((object) =>
    object.kind === "VirtualService" && (object.spec.gateways ?? []).some((name) => gateways.includes(name))
      ? (object.spec.hosts ?? [])
      : [],
  );
  return entriesOf(objects)
    .filter(({ host }) => hosts.includes(host))
    .map(({ host, by }) => grant(by, [`host ${host}`]));
}

function entriesOf(objects: AccessIndex["objects"]): { readonly host: string; readonly by: string }[] {
  return objects.flatMap((object) =>
    object.kind === "ServiceEntry"
      ? object.spec.hosts.map((host) => ({
          host,
          by: `ServiceEntry ${object.metadata.namespace ?? ""}/${object.metadata.name}`,
        }))
      : [],
  );
}
