import type {
  AuthorizationPolicyObject,
  KubernetesObject,
  RequestAuthenticationObject,
  TelemetryObject,
} from "../../kubernetes/objects.ts";
import { servicePort } from "../../kubernetes/service-port.ts";
import type { StackData } from "../../stack/stack.ts";

type Rule = NonNullable<AuthorizationPolicyObject["spec"]["rules"]>[number];
type Operation = NonNullable<NonNullable<Rule["to"]>[number]["operation"]>;

/** What ztunnel can look at in a rule's operation; of the source's attributes only those of a token are beyond it. */
const CONNECTION = ["ports", "notPorts"];

/**
 * Attaches to the waypoint what a sidecar would have done: a policy with a selector holds for pods, and there is no proxy in them
 * that reads requests. Istio would ignore the one (RequestAuthentication, Telemetry) and let a rule by path match nothing in the
 * other. The Services have the same names as the pods' label `app`.
 *
 * With ztunnel stays what is said of callers without a certificate: they are outside the mesh and never meet the waypoint.
 * @param object as it is with sidecars
 */
export function attached(stack: StackData, object: KubernetesObject): KubernetesObject {
  switch (object.kind) {
    case "AuthorizationPolicy": {
      const readable = withoutEveryPath(object);
      return isForStrangers(readable) ? readable : onService(withServicePorts(stack, object));
    }
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

/** A rule for every path says nothing; but a ztunnel that is told of paths at all lets nobody in. */
function withoutEveryPath(policy: AuthorizationPolicyObject): AuthorizationPolicyObject {
  return changed(policy, ({ paths, ...operation }) =>
    paths === undefined || isEveryPath(paths) ? operation : { ...operation, paths },
  );
}

/** Whether patterns of an AuthorizationPolicy take every path. */
export function isEveryPath(paths: readonly string[] = []): boolean {
  return paths.includes("/*") || paths.includes("*");
}

/** A waypoint stands in front of the Service: what it sees is the Service's port, where a sidecar saw the pod's. */
function withServicePorts({ catalog }: StackData, policy: AuthorizationPolicyObject): AuthorizationPolicyObject {
  const service = catalog.services[policy.spec.selector?.matchLabels?.["app"] ?? ""];
  return service === undefined || servicePort(service) === service.port
    ? policy
    : changed(policy, ({ ports, ...operation }) => ({
        ...operation,
        ...(ports === undefined
          ? {}
          : { ports: ports.map((port) => (port === String(service.port) ? String(servicePort(service)) : port)) }),
      }));
}

function changed(
  policy: AuthorizationPolicyObject,
  change: (operation: Operation) => Operation,
): AuthorizationPolicyObject {
  const rules = policy.spec.rules?.map(({ to, ...rule }) =>
    to === undefined
      ? rule
      : { ...rule, to: to.map(({ operation }) => (operation === undefined ? {} : { operation: change(operation) })) },
  );
  return rules === undefined ? policy : { ...policy, spec: { ...policy.spec, rules } };
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
