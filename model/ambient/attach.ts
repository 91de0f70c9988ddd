import type {
  AuthorizationPolicyObject,
  KubernetesObject,
  RequestAuthenticationObject,
  TelemetryObject,
} from "../objects.ts";
import type { StackData } from "../stack.ts";
import { isAmbient } from "./waypoint.ts";

type Rule = NonNullable<AuthorizationPolicyObject["spec"]["rules"]>[number];

/** What ztunnel can look at in a rule's operation; of the source's attributes only those of a token are beyond it. */
const CONNECTION = ["ports", "notPorts"];

/**
 * Attaches to the waypoint what a sidecar would have done: a policy with a selector holds for pods, and there is no proxy in them
 * that reads requests. Istio would ignore the one (RequestAuthentication, Telemetry) and let a rule by path match nothing in the
 * other. The Services have the same names as the pods' label `app`.
 *
 * With ztunnel stays what is said of callers without a certificate: they are outside the mesh and never meet the waypoint.
 * @returns the objects as they are with sidecars
 */
export function attachToWaypoint<T extends KubernetesObject>({ config }: StackData, objects: readonly T[]): T[] {
  // An object stays of its kind.
  return isAmbient(config.mesh) ? objects.map((object) => attached(object) as T) : [...objects];
}

function attached(object: KubernetesObject): KubernetesObject {
  switch (object.kind) {
    case "AuthorizationPolicy":
      return isForStrangers(object) ? object : onService(object);
    case "RequestAuthentication":
    case "Telemetry":
      return onService(object);
    default:
      return object;
  }
}

function onService<T extends AuthorizationPolicyObject | RequestAuthenticationObject | TelemetryObject>(object: T): T {
  const { selector, ...rest } = object.spec;
  const service = selector?.matchLabels?.["app"];
  return service === undefined
    ? object
    : { ...object, spec: { targetRefs: [{ group: "", kind: "Service", name: service }], ...rest } };
}

/** Whether every rule is about callers without a certificate, by what a connection shows. */
function isForStrangers({ spec }: AuthorizationPolicyObject): boolean {
  const rules = spec.rules ?? [];
  return rules.length > 0 && rules.every((rule) => namesStrangers(rule) && looksAtConnections(rule));
}

function namesStrangers({ from = [] }: Rule): boolean {
  return from.length > 0 && from.every(({ source }) => source?.notPrincipals?.includes("*") ?? false);
}

function looksAtConnections({ from = [], to = [], when = [] }: Rule): boolean {
  return (
    when.length === 0 &&
    to.every(({ operation }) => Object.keys(operation ?? {}).every((key) => CONNECTION.includes(key))) &&
    from.every(({ source }) => source?.requestPrincipals === undefined && source?.notRequestPrincipals === undefined)
  );
}
