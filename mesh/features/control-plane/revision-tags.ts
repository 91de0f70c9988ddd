import { controlPlane, istiodName } from "./revisions/control-planes.ts";
import { MANAGED_BY } from "../../kubernetes/labels.ts";
import { NAMESPACES } from "../../kubernetes/names.ts";
import type { Webhook, WebhookConfigurationObject } from "../../kubernetes/objects.ts";
import { tagsOf, type Tag } from "./revisions/revisions.ts";
import type { StackData } from "../../stack/stack.ts";

type Expressions = NonNullable<NonNullable<Webhook["namespaceSelector"]>["matchExpressions"]>;

/**
 * The tags of a mesh, each as the MutatingWebhookConfiguration that `istioctl tag set` and the chart istiod's
 * `revisionTags` would make (templates/revision-tags-mwc.yaml of 1.30.3). They belong to no release of the chart: there a tag
 * that moves would have to leave one release before the other may have it, and pods made in between would get no sidecar.
 * Here a move is one update of one object. istiod writes its CA into every configuration that names its revision.
 */
export function revisionTags({ config }: StackData): WebhookConfigurationObject[] {
  return tagsOf(config.mesh).map(tagObject);
}

function tagObject(tag: Tag): WebhookConfigurationObject {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingWebhookConfiguration",
    metadata: {
      name: `istio-revision-tag-${tag.name}`,
      labels: {
        ...MANAGED_BY,
        app: "sidecar-injector",
        "istio.io/tag": tag.name,
        "istio.io/rev": tag.revision.name,
      },
    },
    webhooks: [...byRevisionLabel(tag), ...(tag.name === "default" ? byInjectionLabel(tag) : [])],
  };
}

const NOT_REFUSED: Expressions = [{ key: "sidecar.istio.io/inject", operator: "NotIn", values: ["false"] }];
const ASKED_FOR: Expressions = [{ key: "sidecar.istio.io/inject", operator: "In", values: ["true"] }];
const NO_REVISION: Expressions = [{ key: "istio.io/rev", operator: "DoesNotExist" }];
const NO_INJECTION: Expressions = [{ key: "istio-injection", operator: "DoesNotExist" }];

/** Namespaces, or pods in namespaces without labels, that name the tag. */
function byRevisionLabel(tag: Tag): Webhook[] {
  const named: Expressions = [{ key: "istio.io/rev", operator: "In", values: [tag.name] }];
  return [
    webhook(tag, "rev.namespace", [...named, ...NO_INJECTION], NOT_REFUSED),
    webhook(tag, "rev.object", [...NO_REVISION, ...NO_INJECTION], [...NOT_REFUSED, ...named]),
  ];
}

/** Namespaces with `istio-injection: enabled`, or pods in namespaces without labels that ask for a sidecar. */
function byInjectionLabel(tag: Tag): Webhook[] {
  const enabled: Expressions = [{ key: "istio-injection", operator: "In", values: ["enabled"] }];
  return [
    webhook(tag, "namespace", enabled, NOT_REFUSED),
    webhook(tag, "object", [...NO_INJECTION, ...NO_REVISION], [...ASKED_FOR, ...NO_REVISION]),
  ];
}

function webhook({ revision }: Tag, prefix: string, namespaces: Expressions, objects: Expressions): Webhook {
  return {
    // istiod fills in its CA where the name ends so.
    name: `${prefix}.sidecar-injector.istio.io`,
    clientConfig: {
      service: {
        name: istiodName(controlPlane(revision)),
        namespace: NAMESPACES.istioSystem,
        path: "/inject",
        port: 443,
      },
    },
    rules: [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["pods"] }],
    namespaceSelector: { matchExpressions: namespaces },
    objectSelector: { matchExpressions: objects },
    // A pod that gets no answer is not made: it would run outside of the mesh.
    failurePolicy: "Fail",
    reinvocationPolicy: "Never",
    sideEffects: "None",
    admissionReviewVersions: ["v1"],
  };
}
