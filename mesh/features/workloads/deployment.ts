import { make, named } from "../../kubernetes/make.ts";
import { dataPlaneOf } from "../data-plane/data-plane-of.ts";
import type { ServiceSpec, VersionSpec } from "../../stack/catalog.ts";
import type { Probe } from "kubernetes-types/core/v1.d.ts";
import { imagePullPolicy } from "../../kubernetes/images.ts";
import { serviceLabels, versionSelector } from "../../kubernetes/labels.ts";
import { deploymentName } from "../../kubernetes/names.ts";
import { workloadPlacement } from "../../stack/node-pools.ts";
import type { DeploymentObject, PodSpec } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";
import { environmentOf } from "./environment.ts";
import { RESTRICTED_CONTAINER, RESTRICTED_POD, spreadEvenly } from "./pod-defaults.ts";
import { portsOf } from "./ports.ts";
import { isAutoscaled, replicasOf } from "../../stack/replicas.ts";
import { sidecarAnnotations } from "./sidecar-annotations.ts";

/** The Deployment of one version of a service. */
export function deployment(
  stack: StackData,
  name: string,
  service: ServiceSpec,
  version: { readonly name: string; readonly spec: VersionSpec },
): DeploymentObject {
  const { catalog } = stack;
  const annotations = dataPlaneOf(stack).podAnnotations(sidecarAnnotations(stack, service.sidecar));
  const bounds = replicasOf(service, version.spec);
  const selector = versionSelector(name, version.name);
  const labels = { ...serviceLabels(catalog, name), version: version.name };
  return make("Deployment", named(deploymentName(name, version.name), catalog.namespace, labels), {
    // An autoscaled Deployment does not say how many: the two would take the number from each other at every update.
    ...(isAutoscaled(bounds) ? {} : { replicas: bounds.min }),
    revisionHistoryLimit: 3,
    selector: { matchLabels: selector },
    // A new pod is there before an old one goes, so capacity never drops below what is asked for.
    strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: 0 } },
    template: { metadata: { labels, annotations }, spec: podSpec(stack, name, service, version, selector) },
  });
}

function podSpec(
  { config, catalog }: StackData,
  name: string,
  service: ServiceSpec,
  version: { readonly name: string; readonly spec: VersionSpec },
  selector: Record<string, string>,
): PodSpec {
  const image = version.spec.image ?? service.image;
  return {
    serviceAccountName: name,
    automountServiceAccountToken: false,
    ...workloadPlacement(config),
    securityContext: RESTRICTED_POD,
    topologySpreadConstraints: spreadEvenly(selector),
    containers: [
      {
        name,
        image,
        imagePullPolicy: imagePullPolicy(image),
        env: environmentOf(catalog, name, service, version),
        ports: Object.entries(portsOf(service)).map(([port, containerPort]) => ({
          name: port,
          containerPort,
          protocol: "TCP",
        })),
        resources: service.resources,
        livenessProbe: probe(service.probes.liveness, { initialDelaySeconds: 5 }),
        readinessProbe: probe(service.probes.readiness, {}),
        securityContext: RESTRICTED_CONTAINER,
        ...(service.writablePaths.length === 0 ? {} : { volumeMounts: volumeMounts(service) }),
      },
    ],
    ...(service.writablePaths.length === 0
      ? {}
      : { volumes: volumeMounts(service).map(({ name: volume }) => ({ name: volume, emptyDir: {} })) }),
  };
}

/** Each writable folder is a volume of its own, gone with the pod. */
function volumeMounts({ writablePaths }: ServiceSpec): { name: string; mountPath: string }[] {
  return writablePaths.map((mountPath, index) => ({ name: `writable-${index + 1}`, mountPath }));
}

function probe(path: string, timing: Partial<Probe>): Probe {
  return { httpGet: { path, port: "http" }, periodSeconds: 10, timeoutSeconds: 2, failureThreshold: 3, ...timing };
}
