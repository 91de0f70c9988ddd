import type { LoadBalancerChange } from "../contracts.ts";
import type { KubernetesClient } from "./client.ts";
import { at, listAt, numberAt, stringAt, type KubernetesObject } from "../../mesh/kubernetes/fields.ts";

/** Class of the Services that the AWS Load Balancer Controller serves. */
export const CONTROLLER_CLASS = "service.k8s.aws/nlb";

/** What the controller puts on a Service, so that it goes only after its load balancer. */
export const CONTROLLER_FINALIZER = "service.k8s.aws/resources";

const CONTROLLER_PATH = "/apis/apps/v1/namespaces/kube-system/deployments/aws-load-balancer-controller";
const ANNOTATION = "service.beta.kubernetes.io/aws-load-balancer-";

/** The attribute of a load balancer without which AWS deletes it. */
const PROTECTION = "deletion_protection.enabled";

/** Follows a load balancer into the fake cloud. @throws Error in the controller's words when AWS has no place for it. */
export type LoadBalancerHook = (change: LoadBalancerChange) => void | Promise<void>;

/** Whether a Service is left to the AWS Load Balancer Controller. */
export function isControlled(service: KubernetesObject): boolean {
  return at(service, "spec", "loadBalancerClass") === CONTROLLER_CLASS;
}

/** Whether the Service carries the controller's finalizer. */
export function isHeld(service: KubernetesObject): boolean {
  return listAt(service, "metadata", "finalizers").includes(CONTROLLER_FINALIZER);
}

/**
 * Plays the controller's part for one Service while its pods run: holds the Service, has the load balancer made or taken
 * away, and lets go. The pods themselves run nothing.
 * @returns false when there is no controller (yet): then nothing happens, as on AWS.
 */
export async function controlService(
  client: KubernetesClient,
  path: string,
  service: KubernetesObject,
  hook: LoadBalancerHook,
  hostname: string,
): Promise<boolean> {
  if (!(await controllerRuns(client))) {
    return false;
  }
  const { namespace = "default", name = "" } = service.metadata;
  const change = { namespace, name, hostname, scheme: schemeOf(service), subnetIds: subnetsOf(service) };
  const leaving = service.metadata.deletionTimestamp !== undefined;
  if (!leaving) {
    if (!isHeld(service)) {
      await hold(client, path, service, true);
    }
    await hook({ ...change, kind: "present" });
  } else if (isHeld(service)) {
    if (attribute(service, PROTECTION) === "true") {
      throw new Error(
        "deletion_protection is enabled, cannot delete the load balancer: set traffic.loadBalancer.deletionProtection to false first",
      );
    }
    await hook({ ...change, kind: "gone" });
    await hold(client, path, service, false);
  }
  return true;
}

/** The annotations with which a Service's load balancer may go; undefined when nothing protects it. */
export function withoutDeletionProtection(service: KubernetesObject): Record<string, string> | undefined {
  if (!isControlled(service) || attribute(service, PROTECTION) !== "true") {
    return undefined;
  }
  const key = `${ANNOTATION}attributes`;
  const attributes = service.metadata.annotations?.[key] ?? "";
  return { [key]: attributes.replace(`${PROTECTION}=true`, `${PROTECTION}=false`) };
}

/** Tells of a failure where people look for it: as a warning event of the Service. */
export async function warn(client: KubernetesClient, service: KubernetesObject, message: string): Promise<void> {
  const { namespace = "default", name = "", uid } = service.metadata;
  const now = new Date().toISOString().replace(/\.\d+Z$/, "Z");
  await client.call("POST", `/api/v1/namespaces/${namespace}/events`, {
    body: {
      apiVersion: "v1",
      kind: "Event",
      metadata: { generateName: `${name}.`, namespace },
      involvedObject: { apiVersion: "v1", kind: "Service", namespace, name, uid },
      type: "Warning",
      reason: "FailedBuildModel",
      message,
      source: { component: "service" },
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    },
  });
}

async function controllerRuns(client: KubernetesClient): Promise<boolean> {
  const deployment = await client.find(CONTROLLER_PATH);
  return deployment !== undefined && numberAt(deployment, 0, "status", "readyReplicas") > 0;
}

async function hold(client: KubernetesClient, path: string, service: KubernetesObject, held: boolean): Promise<void> {
  const others = listAt(service, "metadata", "finalizers").filter((finalizer) => finalizer !== CONTROLLER_FINALIZER);
  await client.call("PATCH", path, {
    contentType: "application/merge-patch+json",
    // With the version: whoever else changed the finalizers meanwhile must not be overwritten.
    body: {
      metadata: {
        resourceVersion: service.metadata.resourceVersion,
        finalizers: held ? [...others, CONTROLLER_FINALIZER] : others,
      },
    },
  });
}

function schemeOf(service: KubernetesObject): LoadBalancerChange["scheme"] {
  return service.metadata.annotations?.[`${ANNOTATION}scheme`] === "internet-facing" ? "internet-facing" : "internal";
}

function subnetsOf(service: KubernetesObject): readonly string[] {
  const named = service.metadata.annotations?.[`${ANNOTATION}subnets`] ?? "";
  return named
    .split(",")
    .map((id) => id.trim())
    .filter((id) => id !== "");
}

function attribute(service: KubernetesObject, name: string): string | undefined {
  const text = stringAt(service.metadata.annotations, `${ANNOTATION}attributes`) ?? "";
  return new Map(text.split(",").map((pair) => pair.split("=", 2) as [string, string])).get(name);
}
