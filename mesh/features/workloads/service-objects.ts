import { make, named } from "../../kubernetes/make.ts";
import type { Catalog, ServiceSpec, VersionSpec } from "../../stack/catalog.ts";
import { serviceLabels } from "../../kubernetes/labels.ts";
import { deploymentName } from "../../kubernetes/names.ts";
import type {
  AutoscalerObject,
  CoreObject,
  DisruptionBudgetObject,
  ServiceAccountObject,
  ServiceObject,
} from "../../kubernetes/objects.ts";
import { servicePort } from "../../kubernetes/service-port.ts";
import type { StackData } from "../../stack/stack.ts";
import { deployment } from "./deployment.ts";
import { portsOf } from "./ports.ts";
import { isAutoscaled, replicasOf } from "../../stack/replicas.ts";

/** Everything that runs one service: identity, address, and for each version a Deployment and its autoscaler. */
export function serviceObjects(stack: StackData, name: string, service: ServiceSpec): CoreObject[] {
  const { catalog } = stack;
  const versions = Object.entries(service.versions).map(([version, spec]) => ({ name: version, spec }));
  return [
    serviceAccount(catalog, name),
    kubernetesService(catalog, name, service),
    disruptionBudget(catalog, name),
    ...versions.flatMap((version) => [
      deployment(stack, name, service, version),
      ...autoscaler(catalog, name, service, version),
    ]),
  ];
}

/** One ServiceAccount a service: it is the identity that policies name. Pods do not talk to Kubernetes. */
function serviceAccount(catalog: Catalog, name: string): ServiceAccountObject {
  return {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name, namespace: catalog.namespace, labels: serviceLabels(catalog, name) },
    automountServiceAccountToken: false,
  };
}

/** The Service selects the pods of all versions; subsets tell them apart. */
function kubernetesService(catalog: Catalog, name: string, service: ServiceSpec): ServiceObject {
  return make("Service", named(name, catalog.namespace, serviceLabels(catalog, name)), {
    type: "ClusterIP",
    selector: { app: name },
    // Istio reads the protocol from appProtocol, and without it from the port's name.
    ports: Object.entries(portsOf(service)).map(([port, number]) => ({
      name: port,
      port: port === "http" ? servicePort(service) : number,
      targetPort: port,
      protocol: "TCP",
      ...(port === "http" && service.protocol === "HTTP2" ? { appProtocol: "http2" } : {}),
    })),
  });
}

/** One pod at a time, and a pod that is not ready never blocks a drain. */
function disruptionBudget(catalog: Catalog, name: string): DisruptionBudgetObject {
  return make("PodDisruptionBudget", named(name, catalog.namespace, serviceLabels(catalog, name)), {
    maxUnavailable: 1,
    unhealthyPodEvictionPolicy: "AlwaysAllow",
    selector: { matchLabels: { app: name } },
  });
}

function autoscaler(
  catalog: Catalog,
  service: string,
  spec: ServiceSpec,
  version: { readonly name: string; readonly spec: VersionSpec },
): AutoscalerObject[] {
  const bounds = replicasOf(spec, version.spec);
  if (!isAutoscaled(bounds)) {
    return [];
  }
  const name = deploymentName(service, version.name);
  return [
    make(
      "HorizontalPodAutoscaler",
      named(name, catalog.namespace, { ...serviceLabels(catalog, service), version: version.name }),
      {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name },
        minReplicas: bounds.min,
        maxReplicas: bounds.max,
        metrics: [
          {
            type: "Resource",
            resource: { name: "cpu", target: { type: "Utilization", averageUtilization: spec.cpuTarget } },
          },
        ],
      },
    ),
  ];
}
