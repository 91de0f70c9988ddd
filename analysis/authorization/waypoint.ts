import { AMBIENT_LABELS } from "../../mesh/features/data-plane/waypoint.ts";
import { principal } from "../../mesh/kubernetes/names.ts";
import type { AuthorizationPolicyObject, Metadata, WaypointObject } from "../../mesh/kubernetes/objects.ts";
import { byAction, isDryRun, type SelectedPolicies } from "./select.ts";
import type { Workload } from "./request.ts";

/** A namespace without sidecars. */
export interface AmbientNamespace {
  /** Undefined: calls go from ztunnel to ztunnel, and nobody reads requests. */
  readonly waypoint: Waypoint | undefined;
}

/** The proxy in front of a namespace's Services. */
export interface Waypoint {
  readonly name: string;
  /** Its pods, as istiod labels them. */
  readonly workload: Workload;
  readonly principal: string;
}

interface Labelled {
  readonly kind: string;
  readonly metadata: Metadata;
}

/** Port of the tunnel between ztunnel, waypoints and gateways. */
export const TUNNEL_PORT = 15008;

/** The ambient namespaces among objects, by name: told by their labels, and their waypoint by the Gateway of that name. */
export function ambientNamespaces(
  objects: readonly Labelled[],
  trustDomain: string,
): ReadonlyMap<string, AmbientNamespace> {
  const ambient = objects.filter(
    ({ kind, metadata }) =>
      kind === "Namespace" &&
      metadata.labels?.["istio.io/dataplane-mode"] === AMBIENT_LABELS["istio.io/dataplane-mode"],
  );
  return new Map(
    ambient.map(({ metadata }) => [
      metadata.name,
      { waypoint: waypointOf(objects, metadata.name, metadata.labels?.["istio.io/use-waypoint"], trustDomain) },
    ]),
  );
}

/** Whether an object is a Gateway of the Gateway API that istiod makes a waypoint of. */
function isWaypoint(object: Labelled): object is WaypointObject {
  const { spec } = object as { readonly spec?: { readonly gatewayClassName?: string } };
  return object.kind === "Gateway" && spec?.gatewayClassName === "istio-waypoint";
}

function waypointOf(
  objects: readonly Labelled[],
  namespace: string,
  name: string | undefined,
  trustDomain: string,
): Waypoint | undefined {
  const object = objects.find(
    (candidate) =>
      isWaypoint(candidate) && candidate.metadata.namespace === namespace && candidate.metadata.name === name,
  );
  return object === undefined || name === undefined ? undefined : waypointNamed(namespace, name, trustDomain);
}

/** A waypoint by the name of its Gateway, which istiod gives its account and its pods' label. */
export function waypointNamed(namespace: string, name: string, trustDomain: string): Waypoint {
  return {
    name,
    workload: { namespace, labels: { "gateway.networking.k8s.io/gateway-name": name } },
    principal: principal(trustDomain, namespace, name),
  };
}

/** What policies at a waypoint are attached to. */
export interface WaypointTarget {
  readonly kind: "Service" | "ServiceEntry";
  readonly name: string;
}

/**
 * The policies that hold for a Service, or for what lies outside, at its waypoint: those that name it or the waypoint. A policy with a
 * selector, or without one, never reaches a waypoint (istio/istio 1.30.3, pilot/pkg/model/policyattachment.go).
 */
export function policiesAtWaypoint(
  policies: readonly AuthorizationPolicyObject[],
  { name, workload }: Waypoint,
  target: WaypointTarget,
): SelectedPolicies {
  return byAction(
    policies.filter(
      ({ metadata, spec }) =>
        metadata.namespace === workload.namespace &&
        !isDryRun(metadata) &&
        refsOf(spec).some(
          (ref) =>
            (ref.kind === target.kind && ref.name === target.name) || (ref.kind === "Gateway" && ref.name === name),
        ),
    ),
  );
}

/** The objects that a policy is attached to; none: it selects pods. */
function refsOf({ targetRef, targetRefs = [] }: AuthorizationPolicyObject["spec"]) {
  return [...(targetRef === undefined ? [] : [targetRef]), ...targetRefs];
}
