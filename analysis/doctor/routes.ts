import type { DestinationRuleObject, VirtualServiceObject } from "../../mesh/kubernetes/objects.ts";
import { objectName, type Finding } from "./finding.ts";
import { isClusterHost, longHost, serviceOfHost } from "./hosts.ts";
import { carries, type ClusterView } from "./view.ts";

interface Target {
  readonly host: string;
  readonly subset: string | undefined;
}

/** Routes that lead nowhere, and subsets that nobody is in. */
export function routeFindings(view: ClusterView): Finding[] {
  return [
    ...view.virtualServices.flatMap((route) => targetFindings(view, route)),
    ...httpRouteFindings(view),
    ...emptySubsets(view),
  ];
}

function httpRouteFindings({ gatewayApi = [], services }: ClusterView): Finding[] {
  return gatewayApi
    .filter(({ kind }) => kind === "HTTPRoute")
    .flatMap(({ services: targets, ...route }) =>
      targets
        .filter((host) => serviceOfHost(services, host, route.namespace) === undefined)
        .map((host) => unknownHost(objectName("HTTPRoute", route), host, 500)),
    );
}

/** @param status what istiod has the proxies answer */
function unknownHost(object: string, host: string, status: number): Finding {
  return {
    code: "route-to-unknown-host",
    severity: "error",
    object,
    message: `it routes to ${host}, and there is no such Service: these requests get a ${status}`,
    remediation: "bring the Service back (`up` does, where the stack has it), or take the route out",
  };
}

function targetFindings(view: ClusterView, route: VirtualServiceObject): Finding[] {
  const { namespace = "default" } = route.metadata;
  const object = objectName("VirtualService", { ...route.metadata, namespace });
  return targetsOf(route).flatMap(({ host, subset }): Finding[] => {
    if (isClusterHost(host) && serviceOfHost(view.services, host, namespace) === undefined) {
      return [unknownHost(object, host, 503)];
    }
    if (subset === undefined || subsetsOf(view, host, namespace).includes(subset)) {
      return [];
    }
    return [
      {
        code: "route-to-missing-subset",
        severity: "error",
        object,
        message: `it routes to the subset ${subset} of ${host}, which no DestinationRule has: these requests get a 503`,
        remediation: `add the subset to the DestinationRule of ${host}, or take the route out`,
      },
    ];
  });
}

/** Every place that a VirtualService sends requests to, each once. */
function targetsOf({ spec }: VirtualServiceObject): Target[] {
  const http = (spec.http ?? []).flatMap(({ route = [], mirrors = [], mirror }) => [
    ...route.map(({ destination }) => destination),
    ...mirrors.map(({ destination }) => destination),
    ...(mirror === undefined ? [] : [mirror]),
  ]);
  const streams = [...(spec.tcp ?? []), ...(spec.tls ?? [])].flatMap(({ route = [] }) =>
    route.map(({ destination }) => destination),
  );
  const targets = [...http, ...streams].map(({ host, subset }) => ({ host, subset }));
  return [...new Map(targets.map((target) => [`${target.host} ${target.subset ?? ""}`, target])).values()];
}

function subsetsOf({ destinationRules }: ClusterView, host: string, namespace: string): string[] {
  const wanted = longHost(host, namespace);
  return destinationRules
    .filter((rule) => longHost(rule.spec.host, rule.metadata.namespace ?? "default") === wanted)
    .flatMap(({ spec }) => (spec.subsets ?? []).map(({ name }) => name));
}

function emptySubsets(view: ClusterView): Finding[] {
  return view.destinationRules.flatMap((rule) => {
    const { namespace = "default" } = rule.metadata;
    const service = serviceOfHost(view.services, rule.spec.host, namespace);
    return service?.selector === undefined ? [] : emptySubsetsOf(view, rule, service.namespace, service.selector);
  });
}

function emptySubsetsOf(
  { pods }: ClusterView,
  rule: DestinationRuleObject,
  namespace: string,
  selector: Readonly<Record<string, string>>,
): Finding[] {
  const behind = pods.filter((pod) => pod.namespace === namespace && pod.alive && carries(pod.labels, selector));
  // A Service without any pod is a finding of its own.
  const subsets = behind.length === 0 ? [] : (rule.spec.subsets ?? []);
  return subsets
    .filter(({ labels = {} }) => !behind.some((pod) => carries(pod.labels, labels)))
    .map(({ name, labels = {} }) => ({
      code: "subset-without-pods",
      severity: "error",
      object: objectName("DestinationRule", { ...rule.metadata, namespace: rule.metadata.namespace ?? "default" }),
      message: `no pod of ${rule.spec.host} carries the labels of its subset ${name} (${labelText(labels)})`,
      remediation: "scale the version up, or fix the labels of its pods; until then keep routes away from the subset",
    }));
}

function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}
