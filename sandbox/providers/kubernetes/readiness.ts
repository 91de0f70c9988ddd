/** When an object counts as ready: pure decisions on its status, the same ones that the official provider takes. */
import { at, isObject, listAt, numberAt, objectAt, stringAt, type KubernetesObject } from "./object.ts";

/** What an object's status says; `why` is half a sentence for people. */
export type Readiness =
  | { readonly state: "ready" }
  | { readonly state: "waiting"; readonly why: string }
  | { readonly state: "failed"; readonly why: string };

type Rule = (object: KubernetesObject) => Readiness;

const READY: Readiness = { state: "ready" };

/** Kinds that are waited for; every other kind is ready as soon as the API server has taken it. */
const RULES: Readonly<Record<string, Rule>> = {
  "apps/v1/Deployment": deployment,
  "apps/v1/StatefulSet": statefulSet,
  "apps/v1/DaemonSet": daemonSet,
  "apps/v1/ReplicaSet": replicaSet,
  "batch/v1/Job": job,
  "v1/Pod": pod,
  "v1/Service": service,
  "v1/Namespace": namespace,
  "networking.k8s.io/v1/Ingress": ingress,
  "apiextensions.k8s.io/v1/CustomResourceDefinition": customResourceDefinition,
};

/** Whether objects of this kind have to be waited for. */
export function isAwaited(object: KubernetesObject): boolean {
  return `${object.apiVersion}/${object.kind}` in RULES;
}

/** Judges a live object. */
export function readinessOf(object: KubernetesObject): Readiness {
  return RULES[`${object.apiVersion}/${object.kind}`]?.(object) ?? READY;
}

function waiting(why: string): Readiness {
  return { state: "waiting", why };
}

/** The controller has not looked at the newest spec yet: its numbers describe an older one. */
function unobserved(object: KubernetesObject): boolean {
  return numberAt(object, 0, "status", "observedGeneration") < (object.metadata.generation ?? 0);
}

function condition(object: KubernetesObject, type: string): Record<string, unknown> | undefined {
  return listAt(object, "status", "conditions")
    .filter(isObject)
    .find((entry) => entry["type"] === type);
}

function isTrue(found: Record<string, unknown> | undefined): boolean {
  return found?.["status"] === "True";
}

function deployment(object: KubernetesObject): Readiness {
  if (unobserved(object)) {
    return waiting("its controller has not seen it yet");
  }
  const progressing = condition(object, "Progressing");
  if (progressing?.["reason"] === "ProgressDeadlineExceeded") {
    return { state: "failed", why: stringAt(progressing, "message") ?? "it made no progress" };
  }
  const wanted = numberAt(object, 1, "spec", "replicas");
  const updated = numberAt(object, 0, "status", "updatedReplicas");
  const all = numberAt(object, 0, "status", "replicas");
  const available = numberAt(object, 0, "status", "availableReplicas");
  if (updated < wanted) {
    return waiting(`${updated} of ${wanted} replicas have the new template`);
  }
  if (all > updated) {
    return waiting(`${all - updated} old replicas are still there`);
  }
  return available < wanted ? waiting(`${available} of ${wanted} replicas are available`) : READY;
}

function statefulSet(object: KubernetesObject): Readiness {
  if (unobserved(object)) {
    return waiting("its controller has not seen it yet");
  }
  const wanted = numberAt(object, 1, "spec", "replicas");
  const ready = numberAt(object, 0, "status", "readyReplicas");
  if (ready < wanted) {
    return waiting(`${ready} of ${wanted} replicas are ready`);
  }
  const strategy = objectAt(object, "spec", "updateStrategy");
  const rolls = strategy["type"] !== "OnDelete" && numberAt(strategy, 0, "rollingUpdate", "partition") === 0;
  const updated = numberAt(object, 0, "status", "updatedReplicas");
  return rolls && updated < wanted ? waiting(`${updated} of ${wanted} replicas have the new template`) : READY;
}

function daemonSet(object: KubernetesObject): Readiness {
  if (unobserved(object)) {
    return waiting("its controller has not seen it yet");
  }
  const wanted = numberAt(object, 0, "status", "desiredNumberScheduled");
  const updated = numberAt(object, 0, "status", "updatedNumberScheduled");
  const available = numberAt(object, 0, "status", "numberAvailable");
  if (updated < wanted && at(object, "spec", "updateStrategy", "type") !== "OnDelete") {
    return waiting(`${updated} of ${wanted} pods have the new template`);
  }
  return available < wanted ? waiting(`${available} of ${wanted} pods are available`) : READY;
}

function replicaSet(object: KubernetesObject): Readiness {
  const wanted = numberAt(object, 1, "spec", "replicas");
  const available = numberAt(object, 0, "status", "availableReplicas");
  return unobserved(object) || available < wanted ? waiting(`${available} of ${wanted} replicas are available`) : READY;
}

function job(object: KubernetesObject): Readiness {
  const failed = condition(object, "Failed");
  if (isTrue(failed)) {
    return { state: "failed", why: stringAt(failed, "message") ?? stringAt(failed, "reason") ?? "it failed" };
  }
  return isTrue(condition(object, "Complete")) ? READY : waiting("it has not completed");
}

function pod(object: KubernetesObject): Readiness {
  const phase = stringAt(object, "status", "phase") ?? "Pending";
  if (phase === "Failed") {
    return { state: "failed", why: stringAt(object, "status", "message") ?? "the pod failed" };
  }
  return phase === "Succeeded" || isTrue(condition(object, "Ready")) ? READY : waiting(`the pod is ${phase}`);
}

function service(object: KubernetesObject): Readiness {
  if (at(object, "spec", "type") !== "LoadBalancer" || hasAddress(object)) {
    return READY;
  }
  const loadBalancerClass = stringAt(object, "spec", "loadBalancerClass");
  const whose = loadBalancerClass === undefined ? "" : `; a controller for the class ${loadBalancerClass} gives it one`;
  return waiting(`its load balancer has no address${whose}`);
}

function ingress(object: KubernetesObject): Readiness {
  return hasAddress(object) ? READY : waiting("its load balancer has no address");
}

/** Whether a Service or Ingress has been given the address of a load balancer. */
export function hasAddress(object: KubernetesObject): boolean {
  return listAt(object, "status", "loadBalancer", "ingress").length > 0;
}

function namespace(object: KubernetesObject): Readiness {
  return at(object, "status", "phase") === "Active" ? READY : waiting("the namespace is being removed");
}

function customResourceDefinition(object: KubernetesObject): Readiness {
  const names = condition(object, "NamesAccepted");
  if (names?.["status"] === "False") {
    return { state: "failed", why: stringAt(names, "message") ?? "its names are not accepted" };
  }
  return isTrue(condition(object, "Established")) ? READY : waiting("it is not served yet");
}
