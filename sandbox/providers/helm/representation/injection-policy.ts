import { listAt, objectAt, stringAt, type JsonObject, type KubernetesObject } from "../../kubernetes/object.ts";
import { container } from "./build.ts";
import type { RepresentedChart } from "./types.ts";

const GROUP = "admissionregistration.k8s.io/v1beta1";

/**
 * In place of istiod's injector webhook: a MutatingAdmissionPolicy that gives pods of meshed namespaces an `istio-proxy`
 * native sidecar, so that the scheduler counts what sidecars ask for and pods show as many containers as in a mesh.
 * It injects no init container, certificates or configuration: there is no proxy. As Istio's template, it notes on the pod
 * which revision injected it (`istio.io/rev`).
 */
export function injectionPolicies(
  release: RepresentedChart,
  revision: string | undefined,
): readonly KubernetesObject[] {
  const name = `istio-sidecar-injector${revision === undefined ? "" : `-${revision}`}-${release.namespace}`;
  const labels = { app: "sidecar-injector", release: release.name };
  const tags = `${name}-tags`;
  return [
    policy({ name, labels }, sidecarExpression(release, revision)),
    ...bindings(name, labels, release.values, revision),
    policy({ name: tags, labels }, `${GOES_BY_TAG} ? ${sidecarExpression(release, revision)} : Object{}`, TAG_KIND),
    tagBinding(tags, labels, revision),
  ];
}

function policy(
  metadata: { readonly name: string; readonly labels: Record<string, string> },
  expression: string,
  paramKind?: JsonObject,
): KubernetesObject {
  const rules = [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }];
  return {
    apiVersion: GROUP,
    kind: "MutatingAdmissionPolicy",
    metadata,
    spec: {
      ...(paramKind === undefined ? {} : { paramKind }),
      failurePolicy: "Fail",
      reinvocationPolicy: "Never",
      matchConstraints: {
        objectSelector: {
          matchExpressions: [{ key: "sidecar.istio.io/inject", operator: "NotIn", values: ["false"] }],
        },
        resourceRules: rules,
      },
      matchConditions: CONDITIONS,
      mutations: [
        {
          patchType: "ApplyConfiguration",
          applyConfiguration: { expression },
        },
        { patchType: "JSONPatch", jsonPatch: { expression: DROP_CAPABILITIES } },
      ],
    },
  };
}

/** A tag is what `istioctl tag set` makes of it: a webhook configuration with the tag's and the revision's label. */
const TAG_KIND: JsonObject = {
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "MutatingWebhookConfiguration",
};

/** Whether the pod's namespace goes by the tag. A match condition could not ask: it does not know the namespace. */
const GOES_BY_TAG =
  "'istio.io/tag' in params.metadata.labels && has(namespaceObject.metadata.labels) && " +
  "('istio-injection' in namespaceObject.metadata.labels " +
  "? namespaceObject.metadata.labels['istio-injection'] == 'enabled' && params.metadata.labels['istio.io/tag'] == 'default' " +
  ": 'istio.io/rev' in namespaceObject.metadata.labels && " +
  "namespaceObject.metadata.labels['istio.io/rev'] == params.metadata.labels['istio.io/tag'])";

/** In place of the webhooks of the tags, which nothing would answer here: where they point, this revision injects. */
function tagBinding(
  policyName: string,
  labels: Record<string, string>,
  revision: string | undefined,
): KubernetesObject {
  const selector = { matchLabels: { "istio.io/rev": revision ?? "default" } };
  return {
    apiVersion: GROUP,
    kind: "MutatingAdmissionPolicyBinding",
    metadata: { name: policyName, labels },
    spec: { policyName, paramRef: { selector, parameterNotFoundAction: "Allow" } },
  };
}

/**
 * As Istio's webhooks: the default revision serves `istio-injection: enabled`, every revision serves `istio.io/rev` with
 * its own name or one of its tags; a namespace with both labels goes by the first.
 */
function bindings(
  policyName: string,
  labels: Record<string, string>,
  values: JsonObject,
  revision: string | undefined,
): readonly KubernetesObject[] {
  const revisions = [revision ?? "default", ...listAt(values, "revisionTags").map(String)];
  const byRevision = [
    { key: "istio.io/rev", operator: "In", values: revisions },
    { key: "istio-injection", operator: "DoesNotExist" },
  ];
  const byInjection = [{ key: "istio-injection", operator: "In", values: ["enabled"] }];
  const selectors = { revision: byRevision, ...(revisions.includes("default") ? { namespace: byInjection } : {}) };
  return Object.entries(selectors).map(([suffix, matchExpressions]) => ({
    apiVersion: GROUP,
    kind: "MutatingAdmissionPolicyBinding",
    metadata: { name: `${policyName}-${suffix}`, labels },
    spec: { policyName, matchResources: { namespaceSelector: { matchExpressions } } },
  }));
}

const CONDITIONS: readonly JsonObject[] = [
  {
    // Gateways bring their own proxy, and pods on the node's network are never injected.
    name: "is-an-application",
    expression:
      "!(has(object.metadata.annotations) && ('inject.istio.io/templates' in object.metadata.annotations)) && " +
      "!(has(object.spec.hostNetwork) && object.spec.hostNetwork)",
  },
  {
    name: "is-not-refused-by-annotation",
    expression:
      "!(has(object.metadata.annotations) && ('sidecar.istio.io/inject' in object.metadata.annotations) && " +
      "object.metadata.annotations['sidecar.istio.io/inject'] == 'false')",
  },
  {
    name: "has-no-proxy-yet",
    expression:
      "!object.spec.containers.exists(c, c.name == 'istio-proxy') && " +
      "!(has(object.spec.initContainers) && object.spec.initContainers.exists(c, c.name == 'istio-proxy'))",
  },
];

/**
 * The sidecar as a CEL apply configuration. As in Istio's template, one resource annotation on the pod
 * (`sidecar.istio.io/proxyCPU` ...) takes the place of all of the mesh's defaults.
 */
function sidecarExpression(release: RepresentedChart, revision = "default"): string {
  const resources = objectAt(release.values, "global", "proxy", "resources");
  const image = String(container("istio-proxy", release.version, {})["image"]);
  const annotated = ["proxyCPU", "proxyMemory", "proxyCPULimit", "proxyMemoryLimit"]
    .map((key) => `'sidecar.istio.io/${key}' in ${ANNOTATIONS}`)
    .join(" || ");
  return `Object{
  metadata: Object.metadata{annotations: {'istio.io/rev': '${revision}'}},
  spec: Object.spec{
    initContainers: [Object.spec.initContainers{
      name: 'istio-proxy',
      image: ${proxyImage(image)},
      restartPolicy: 'Always',
      securityContext: ${SECURITY_CONTEXT},
      ports: [Object.spec.initContainers.ports{name: 'http-envoy-prom', containerPort: 15090, protocol: 'TCP'}],
      resources: Object.spec.initContainers.resources{
        requests: (has(object.metadata.annotations) && (${annotated})) ? ${fromAnnotations("proxyCPU", "proxyMemory")} : ${cpuAndMemory(objectAt(resources, "requests"))},
        limits: (has(object.metadata.annotations) && (${annotated})) ? ${fromAnnotations("proxyCPULimit", "proxyMemoryLimit")} : ${cpuAndMemory(objectAt(resources, "limits"))}
      }
    }]
  }
}`;
}

/** As in Istio's template: an annotation with a whole reference takes the place of the mesh's image. */
function proxyImage(image: string): string {
  const key = "'sidecar.istio.io/proxyImage'";
  const named = `has(object.metadata.annotations) && ${key} in ${ANNOTATIONS} && ${ANNOTATIONS}[${key}].contains('/')`;
  return `(${named} ? ${ANNOTATIONS}[${key}] : '${image}')`;
}

/** As in Istio's template with istio-cni: such a sidecar meets the restricted Pod Security Standard in a pod that does. */
const SECURITY_CONTEXT = `Object.spec.initContainers.securityContext{
        allowPrivilegeEscalation: false,
        privileged: false,
        readOnlyRootFilesystem: true,
        runAsNonRoot: true,
        runAsUser: 1337,
        runAsGroup: 1337
      }`;

/** A list as a whole, such as the capabilities to drop, cannot stand in an apply configuration. */
const DROP_CAPABILITIES = `has(object.spec.initContainers) &&
  object.spec.initContainers.exists(c, c.name == 'istio-proxy' && has(c.securityContext) && !has(c.securityContext.capabilities))
  ? [JSONPatch{
      op: 'add',
      path: '/spec/initContainers/' + string(object.spec.initContainers.map(c, c.name).indexOf('istio-proxy')) + '/securityContext/capabilities',
      value: Object.spec.initContainers.securityContext.capabilities{drop: ['ALL']}
    }]
  : []`;

const ANNOTATIONS = "object.metadata.annotations";

function fromAnnotations(cpu: string, memory: string): string {
  const has = (key: string) => `'sidecar.istio.io/${key}' in ${ANNOTATIONS}`;
  const value = (key: string) => `${ANNOTATIONS}['sidecar.istio.io/${key}']`;
  const both = `{'cpu': ${value(cpu)}, 'memory': ${value(memory)}}`;
  const none = "dyn({})";
  return `(${has(cpu)} && ${has(memory)} ? dyn(${both}) : ${has(cpu)} ? dyn({'cpu': ${value(cpu)}}) : ${has(memory)} ? dyn({'memory': ${value(memory)}}) : ${none})`;
}

function cpuAndMemory(quantities: JsonObject): string {
  const entries = Object.keys(quantities)
    .map((key) => [key, stringAt(quantities, key)] as const)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `'${key}': '${value ?? ""}'`);
  return `dyn({${entries.join(", ")}})`;
}
