import type { Container, EnvVar, Probe } from "kubernetes-types/core/v1.d.ts";
import { imagePullPolicy } from "../../kubernetes/images.ts";
import { serviceLabels, versionSelector } from "../../kubernetes/labels.ts";
import { make, named } from "../../kubernetes/make.ts";
import { deploymentName, serviceHost } from "../../kubernetes/names.ts";
import type { DeploymentObject } from "../../kubernetes/objects.ts";
import { servicePort } from "../../kubernetes/service-port.ts";
import type { Catalog, ServiceSpec, VersionSpec } from "../../stack/catalog.ts";
import { isAutoscaled, replicasOf } from "../../stack/replicas.ts";
import type { StackData } from "../../stack/stack.ts";
import { dataPlaneOf } from "../data-plane/data-plane-of.ts";
import { containerPorts, RESTRICTED_CONTAINER, restrictedPod, rolling } from "./pod-defaults.ts";
import { sidecarAnnotations } from "./sidecar-annotations.ts";

/** A version of a service, with their names. */
export interface Version {
  readonly service: string;
  readonly spec: ServiceSpec;
  readonly version: string;
  readonly versionSpec: VersionSpec;
}

/** The Deployment of one version of a service. */
export function deployment(stack: StackData, workload: Version): DeploymentObject {
  const { config, catalog } = stack;
  const { service, spec, version, versionSpec } = workload;
  const bounds = replicasOf(spec, versionSpec);
  const selector = versionSelector(service, version);
  const labels = { ...serviceLabels(catalog, service), version };
  const annotations = dataPlaneOf(stack).podAnnotations(sidecarAnnotations(config, spec.sidecar));
  // Each writable folder is a volume of its own, gone with the pod.
  const volumeMounts = spec.writablePaths.map((mountPath, index) => ({ name: `writable-${index + 1}`, mountPath }));
  const volumes = volumeMounts.map(({ name }) => ({ name, emptyDir: {} }));
  return make("Deployment", named(deploymentName(service, version), catalog.namespace, labels), {
    // An autoscaled Deployment does not set how many: the two would take the number from each other at every update.
    ...(isAutoscaled(bounds) ? {} : { replicas: bounds.min }),
    ...rolling(selector, {
      metadata: { labels, annotations },
      spec: {
        ...restrictedPod(config, service, selector),
        containers: [{ ...container(catalog, workload), ...(volumes.length === 0 ? {} : { volumeMounts }) }],
        ...(volumes.length === 0 ? {} : { volumes }),
      },
    }),
  });
}

function container(catalog: Catalog, workload: Version): Container {
  const { service, spec, versionSpec } = workload;
  const image = versionSpec.image ?? spec.image;
  return {
    name: service,
    image,
    imagePullPolicy: imagePullPolicy(image),
    env: environmentOf(catalog, workload),
    ports: containerPorts(portsOf(spec)),
    resources: spec.resources,
    livenessProbe: { ...probe(spec.probes.liveness), initialDelaySeconds: 5 },
    readinessProbe: probe(spec.probes.readiness),
    securityContext: RESTRICTED_CONTAINER,
  };
}

/** Every port of a service's pods by its name. */
export function portsOf({ port, extraPorts }: ServiceSpec): Readonly<Record<string, number>> {
  return { http: port, ...extraPorts };
}

function probe(path: string): Probe {
  return { httpGet: { path, port: "http" }, periodSeconds: 10, timeoutSeconds: 2, failureThreshold: 3 };
}

/**
 * Environment of a service's container. fake-service reads it to know where to listen and what to call; any other
 * image may ignore it. The version's own values win over the service's, and those over what the catalog gives; secrets win over all.
 */
function environmentOf(catalog: Catalog, { service, spec, version, versionSpec }: Version): EnvVar[] {
  const upstreams = upstreamUris(catalog, spec);
  const values: Readonly<Record<string, string>> = {
    LISTEN_ADDR: `0.0.0.0:${spec.port}`,
    MESSAGE: `${service} ${version}`,
    NAME: `${service}-${version}`,
    ...(upstreams.length === 0 ? {} : { UPSTREAM_URIS: upstreams.join(",") }),
    ...spec.env,
    ...versionSpec.env,
  };
  return [...new Set([...Object.keys(values), ...Object.keys(spec.secretEnv)])].sort().map((name) => {
    const secret = spec.secretEnv[name];
    return secret === undefined
      ? { name, value: values[name] ?? "" }
      : { name, valueFrom: { secretKeyRef: { ...secret } } };
  });
}

/** One address for each called service: the first path of the call, without its `*`. */
function upstreamUris(catalog: Catalog, { calls }: ServiceSpec): string[] {
  return calls.map(({ to, paths }) => {
    const port = servicePort(catalog.services[to] ?? { port: 80 });
    return `http://${serviceHost(catalog, to)}:${port}${(paths[0] ?? "/").replace(/\/?\*$/, "")}`;
  });
}
