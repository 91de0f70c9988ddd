import { make, named, ofService } from "../../kubernetes/make.ts";
import { deploymentName } from "../../kubernetes/names.ts";
import type { AutoscalerObject, CoreObject } from "../../kubernetes/objects.ts";
import { servicePort } from "../../kubernetes/service-port.ts";
import type { ServiceSpec } from "../../stack/catalog.ts";
import { isAutoscaled, replicasOf } from "../../stack/replicas.ts";
import type { StackData } from "../../stack/stack.ts";
import { deployment, portsOf, type Version } from "./deployment.ts";
import { ONE_AT_A_TIME } from "./pod-defaults.ts";

/** Everything that runs one service: identity, address, and for each version a Deployment and its autoscaler. */
export function serviceObjects(stack: StackData, service: string, spec: ServiceSpec): CoreObject[] {
  const metadata = ofService(stack.catalog, service);
  return [
    // It is the identity that policies name. Pods do not talk to Kubernetes.
    { apiVersion: "v1", kind: "ServiceAccount", metadata, automountServiceAccountToken: false },
    make("Service", metadata, {
      type: "ClusterIP",
      // The pods of all versions; subsets tell them apart.
      selector: { app: service },
      // Istio reads the protocol from appProtocol, and without it from the port's name.
      ports: Object.entries(portsOf(spec)).map(([port, number]) => ({
        name: port,
        port: port === "http" ? servicePort(spec) : number,
        targetPort: port,
        protocol: "TCP",
        ...(port === "http" && spec.protocol === "HTTP2" ? { appProtocol: "http2" } : {}),
      })),
    }),
    make("PodDisruptionBudget", metadata, { ...ONE_AT_A_TIME, selector: { matchLabels: { app: service } } }),
    ...Object.entries(spec.versions).flatMap(([version, versionSpec]) => {
      const workload = { service, spec, version, versionSpec };
      return [deployment(stack, workload), ...autoscaler(stack, workload)];
    }),
  ];
}

function autoscaler({ catalog }: StackData, { service, spec, version, versionSpec }: Version): AutoscalerObject[] {
  const bounds = replicasOf(spec, versionSpec);
  const name = deploymentName(service, version);
  const { labels } = ofService(catalog, service);
  const target = { type: "Utilization", averageUtilization: spec.cpuTarget };
  return isAutoscaled(bounds)
    ? [
        make("HorizontalPodAutoscaler", named(name, catalog.namespace, { ...labels, version }), {
          scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name },
          minReplicas: bounds.min,
          maxReplicas: bounds.max,
          metrics: [{ type: "Resource", resource: { name: "cpu", target } }],
        }),
      ]
    : [];
}
