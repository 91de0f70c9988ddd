import { PAST_SIDECAR_REASON, PLAIN_TEXT_REASON } from "../../../mesh/kubernetes/labels.ts";
import { NAMESPACES } from "../../../mesh/kubernetes/names.ts";
import { podOf, RELEASE, type PodTemplate } from "./pod-templates.ts";
import type { PolicyResource, StackFinding, StackRule } from "./rule.ts";
import { at, isMissing, items, text, UNKNOWN } from "./values.ts";

const NAMESPACE = "kubernetes:core/v1:Namespace";
const PEER_AUTHENTICATION = /^kubernetes:security\.istio\.io\/\w+:PeerAuthentication$/;
const AUTHORIZATION_POLICY = /^kubernetes:security\.istio\.io\/\w+:AuthorizationPolicy$/;

/** Namespaces of the platform itself: what is in them carries the mesh, and gets no sidecar. */
const PLATFORM: readonly string[] = [...Object.values(NAMESPACES), "kube-system", "kube-public", "kube-node-lease"];

const EXCLUDED_OUTBOUND = "traffic.sidecar.istio.io/excludeOutboundPorts";

/** Annotations that lead part of a pod's traffic past its sidecar. */
const BYPASSES = [
  "traffic.sidecar.istio.io/excludeInboundPorts",
  EXCLUDED_OUTBOUND,
  "traffic.sidecar.istio.io/excludeOutboundIPRanges",
  "traffic.sidecar.istio.io/includeInboundPorts",
  "traffic.sidecar.istio.io/includeOutboundIPRanges",
];

const INJECT = "sidecar.istio.io/inject";

/** Labels of the namespaces that a stack makes, by name. */
function namespacesOf(resources: readonly PolicyResource[]): Map<string, unknown> {
  return new Map(
    resources
      .filter(({ type }) => type === NAMESPACE)
      .map(({ name, props }) => [text(at(props, "metadata", "name"), name), at(props, "metadata", "labels")]),
  );
}

/** Whether labels bring the pods of a namespace into the mesh; what is not known yet does. */
function inMesh(labels: unknown): boolean {
  const label = (name: string) => at(labels, name);
  return (
    [labels, label("istio-injection"), label("istio.io/rev"), label("istio.io/dataplane-mode")].includes(UNKNOWN) ||
    label("istio-injection") === "enabled" ||
    label("istio.io/dataplane-mode") === "ambient" ||
    text(label("istio.io/rev")) !== ""
  );
}

function outsideTheMesh(pod: PodTemplate, namespaces: ReadonlyMap<string, unknown>): string[] {
  const { namespace, labels, annotations, spec } = pod;
  const name = text(namespace, "default");
  if (namespace === UNKNOWN || PLATFORM.includes(name)) {
    return [];
  }
  const inject = [at(labels, INJECT), at(annotations, INJECT)];
  const bypasses = BYPASSES.filter((key) => at(annotations, key) !== undefined && !isExcepted(key, annotations));
  if (inject.includes("false")) {
    return [`${INJECT} is "false"`];
  }
  return [
    ...bypasses.map((key) => `${key} leads traffic past the sidecar`),
    ...(at(spec, "hostNetwork") === true ? ["a pod on the node's network gets no sidecar"] : []),
    ...(inject.includes("true") || inject.includes(UNKNOWN) ? [] : outsideNamespace(name, namespaces)),
  ];
}

/** Outbound connections may bypass the sidecar where an exception of the configuration says why. */
function isExcepted(key: string, annotations: unknown): boolean {
  const reason = at(annotations, PAST_SIDECAR_REASON);
  return key === EXCLUDED_OUTBOUND && (reason === UNKNOWN || text(reason) !== "");
}

function outsideNamespace(name: string, namespaces: ReadonlyMap<string, unknown>): string[] {
  if (!namespaces.has(name)) {
    return [`namespace ${name} is not this stack's, and the pod does not ask for a sidecar itself`];
  }
  return inMesh(namespaces.get(name)) ? [] : [`namespace ${name} has no label that injects sidecars`];
}

/** Every pod of an application is in the mesh, with all of its traffic. */
export const noWorkloadOutsideTheMesh: StackRule = {
  kind: "stack",
  name: "no-workload-outside-the-mesh",
  description: "Every pod beside the platform's own is in the mesh: without a sidecar no policy holds for it.",
  level: "mandatory",
  remediation: `Label the namespace for injection, and take what leads past the sidecar away, or set what it is for in the configuration: it annotates the pod with ${PAST_SIDECAR_REASON}.`,
  judge: (resources) => {
    const namespaces = namespacesOf(resources);
    return resources.flatMap((resource) => {
      const pod = podOf(resource);
      return pod === undefined
        ? []
        : outsideTheMesh(pod, namespaces).map((message) => ({ urn: resource.urn, message }));
    });
  },
};

/** Whether this stack installs Istio. */
function hasIstio(resources: readonly PolicyResource[]): boolean {
  return resources.some(({ type, props }) => type === RELEASE && /(^|\/)istiod$/.test(text(at(props, "chart"))));
}

/** Modes of a PeerAuthentication, of the workloads and of single ports. */
function modesOf({ props }: PolicyResource): unknown[] {
  const ports = at(props, "spec", "portLevelMtls");
  return [
    at(props, "spec", "mtls", "mode"),
    ...(typeof ports === "object" && ports !== null ? Object.values(ports).map((port) => at(port, "mode")) : []),
  ];
}

function isOfTheMesh({ props }: PolicyResource): boolean {
  const labels = at(props, "spec", "selector", "matchLabels");
  return at(props, "metadata", "namespace") === NAMESPACES.istioSystem && isMissing(labels);
}

/** Plain text only where the stack says why. */
export const strictMutualTls: StackRule = {
  kind: "stack",
  name: "strict-mutual-tls",
  description: "The mesh takes mutual TLS only, but where an exception of the configuration says why.",
  level: "mandatory",
  remediation: `Use STRICT, or set what the exception is for in the configuration: it annotates the object with ${PLAIN_TEXT_REASON}.`,
  judge: (resources) => {
    const policies = resources.filter(({ type }) => PEER_AUTHENTICATION.test(type));
    const weak = policies.flatMap((policy): StackFinding[] => {
      const reason = at(policy.props, "metadata", "annotations", PLAIN_TEXT_REASON);
      return reason === UNKNOWN || text(reason) !== ""
        ? []
        : modesOf(policy)
            .filter((mode) => mode === "PERMISSIVE" || mode === "DISABLE")
            .map((mode) => ({ urn: policy.urn, message: `${text(mode)} takes plain text, and no exception says why` }));
    });
    const decided = policies.some(
      (policy) => isOfTheMesh(policy) && ![undefined, "UNSET"].includes(modesOf(policy)[0] as string),
    );
    return hasIstio(resources) && !decided
      ? [
          ...weak,
          {
            message: `no PeerAuthentication in ${NAMESPACES.istioSystem} holds for the whole mesh: Istio's default is PERMISSIVE`,
          },
        ]
      : weak;
  },
};

/** Whether a policy refuses all that no other allows: an ALLOW policy for every workload, without rules. */
function isDenyAll({ props }: PolicyResource): boolean {
  const spec = at(props, "spec");
  if (at(props, "metadata", "annotations", "istio.io/dry-run") === "true") {
    return false;
  }
  const [action, rules, selector] = ["action", "rules", "selector"].map((key) => at(spec, key));
  return (
    (action === UNKNOWN || isMissing(action) || action === "ALLOW") &&
    (rules === UNKNOWN || items(rules).length === 0) &&
    (selector === UNKNOWN || isMissing(at(selector, "matchLabels")))
  );
}

/** Whether an object lies in a namespace, as far as is known. */
function liesIn(namespace: string, { props }: PolicyResource): boolean {
  const own = at(props, "metadata", "namespace");
  return own === namespace || own === UNKNOWN;
}

/** A namespace of the mesh refuses what nobody allowed. */
export const closedNamespaces: StackRule = {
  kind: "stack",
  name: "closed-namespaces",
  description: "A namespace of the mesh refuses every request that no policy allows.",
  level: "mandatory",
  remediation: "Add an AuthorizationPolicy without selector and rules to the namespace.",
  judge: (resources) =>
    resources
      .filter(({ type, props }) => type === NAMESPACE && inMesh(at(props, "metadata", "labels")))
      .filter(({ name, props }) => {
        const namespace = text(at(props, "metadata", "name"), name);
        return !resources.some(
          (resource) => AUTHORIZATION_POLICY.test(resource.type) && liesIn(namespace, resource) && isDenyAll(resource),
        );
      })
      .map(({ urn }) => ({ urn, message: "no AuthorizationPolicy refuses what is not allowed" })),
};
