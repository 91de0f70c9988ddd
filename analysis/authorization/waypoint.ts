import { principal } from "../../mesh/kubernetes/names.ts";
import type { AuthorizationPolicyObject } from "../../mesh/kubernetes/objects.ts";
import { namespaceOf, type AnyObject } from "../objects/object.ts";
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

/** Labels of a namespace. Source: istio.io/latest/docs/ambient/usage/add-workloads and /waypoint. */
const LABELS = { mode: "istio.io/dataplane-mode", waypoint: "istio.io/use-waypoint" } as const;

/** Class of a Gateway that istiod makes a waypoint of. Source: istio.io/latest/docs/ambient/usage/waypoint. */
const WAYPOINT_CLASS = "istio-waypoint";

/** The ambient namespaces among objects, by name: told by their labels, and their waypoint by the Gateway of that name. */
export function ambientNamespaces(
  objects: readonly AnyObject[],
  trustDomain: string,
): ReadonlyMap<string, AmbientNamespace> {
  const ambient = objects.filter(
    ({ kind, metadata }) => kind === "Namespace" && metadata.labels?.[LABELS.mode] === "ambient",
  );
  return new Map(
    ambient.map(({ metadata: { name: namespace, labels } }) => {
      const name = labels?.[LABELS.waypoint];
      const isThere = objects.some(
        (object) => isWaypoint(object) && object.metadata.namespace === namespace && object.metadata.name === name,
      );
      const waypoint = isThere && name !== undefined ? waypointNamed(namespace, name, trustDomain) : undefined;
      return [namespace, { waypoint }];
    }),
  );
}

function isWaypoint(object: AnyObject): boolean {
  const { spec } = object as { readonly spec?: { readonly gatewayClassName?: string } };
  return object.kind === "Gateway" && spec?.gatewayClassName === WAYPOINT_CLASS;
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
  waypoint: Waypoint,
  target: WaypointTarget,
): SelectedPolicies {
  const { namespace } = waypoint.workload;
  return byAction(
    policies.filter(
      (policy) => namespaceOf(policy) === namespace && !isDryRun(policy) && isAttachedTo(policy.spec, waypoint, target),
    ),
  );
}

/** A reference to an object that a policy holds for. */
interface TargetRef {
  readonly kind: string;
  readonly name: string;
}

/** Whether a policy names the target or the waypoint. */
export function isAttachedTo(
  { targetRef, targetRefs = [] }: { readonly targetRef?: TargetRef; readonly targetRefs?: readonly TargetRef[] },
  { name }: Waypoint,
  target: WaypointTarget,
): boolean {
  const refs = targetRef === undefined ? targetRefs : [targetRef, ...targetRefs];
  return refs.some(
    (ref) => (ref.kind === target.kind && ref.name === target.name) || (ref.kind === "Gateway" && ref.name === name),
  );
}
