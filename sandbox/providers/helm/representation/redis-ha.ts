import { numberAt, objectAt, stringAt, type JsonObject, type KubernetesObject } from "../../kubernetes/object.ts";
import {
  container,
  containerPort,
  disruptionBudget,
  flag,
  fullname,
  isBlank,
  placement,
  portOf,
  service,
  serviceAccount,
  servicePort,
  statefulSet,
  stringsOf,
  type Identity,
  type Labels,
} from "./build.ts";
import type { RepresentedChart, Representation } from "./types.ts";

/** As the chart has it, so that the pods meet the restricted Pod Security Standard. */
const SECURITY = {
  runAsUser: 1000,
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  seccompProfile: { type: "RuntimeDefault" },
  capabilities: { drop: ["ALL"] },
};

/** Redis with Sentinel. Configuration and volumes are left out, and HAProxy, which is off. Defaults of the chart redis-ha 4.39. */
export const redisHa: Representation = {
  defaults: {
    replicas: 3,
    hardAntiAffinity: true,
    serviceAccount: { create: true },
    redis: { port: 6379 },
    sentinel: { port: 26379 },
    securityContext: { runAsUser: 1000, fsGroup: 1000, runAsNonRoot: true },
    containerSecurityContext: SECURITY,
  },
  objects,
};

function objects(release: RepresentedChart): readonly KubernetesObject[] {
  const { values, namespace } = release;
  const base = fullname(release, "redis-ha");
  const app = stringAt(values, "nameOverride") ?? "redis-ha";
  const selector: Labels = { release: release.name, app };
  const identity: Identity = { name: base, namespace, labels: { ...selector, chart: `redis-ha-${release.version}` } };
  const ports = [
    servicePort("tcp-server", portOf(values["redis"], 6379, "port"), "redis"),
    servicePort("tcp-sentinel", portOf(values["sentinel"], 26379, "port"), "sentinel"),
  ];
  const replicas = numberAt(values, 3, "replicas");
  const budget = objectAt(values, "podDisruptionBudget");
  return [
    ...(flag(objectAt(values, "serviceAccount")["create"], true)
      ? [serviceAccount({ ...identity, name: accountOf(values, base) })]
      : []),
    service(identity, selector, ports, { type: "ClusterIP", clusterIP: "None" }),
    ...Array.from({ length: replicas }, (_, index) =>
      service(
        { ...identity, name: `${base}-announce-${index}` },
        { ...selector, "statefulset.kubernetes.io/pod-name": `${base}-server-${index}` },
        ports,
        { publishNotReadyAddresses: true, type: "ClusterIP" },
      ),
    ),
    ...(isBlank(budget) ? [] : [disruptionBudget({ ...identity, name: `${base}-pdb` }, selector, budget)]),
    pods(release, identity, selector, replicas),
  ];
}

function pods(release: RepresentedChart, identity: Identity, selector: Labels, replicas: number): KubernetesObject {
  const { values, version } = release;
  const { name: base } = identity;
  const secured = (made: JsonObject): JsonObject => ({ ...made, securityContext: values["containerSecurityContext"] });
  const main = (name: string, port: number) =>
    secured(
      container(name, version, objectAt(values, name)["resources"], [
        containerPort(name, portOf(values[name], port, "port")),
      ]),
    );
  return statefulSet({
    ...identity,
    name: `${base}-server`,
    selector,
    podLabels: { [base]: "replica", ...stringsOf(values["labels"]) },
    podAnnotations: stringsOf(objectAt(values, "redis")["podAnnotations"]),
    replicas,
    containers: [
      main("redis", 6379),
      main("sentinel", 26379),
      secured(container("split-brain-fix", version, objectAt(values, "splitBrainDetection")["resources"])),
    ],
    placement: {
      ...placement({ nodeSelector: values["nodeSelector"], tolerations: values["tolerations"] }),
      affinity: { podAntiAffinity: antiAffinity(selector, flag(values["hardAntiAffinity"], true)) },
      ...zones(values, selector),
      securityContext: values["securityContext"],
    },
    serviceName: base,
    serviceAccountName: accountOf(values, base),
  });
}

function antiAffinity(matchLabels: Labels, isHard: boolean): JsonObject {
  const term = { labelSelector: { matchLabels }, topologyKey: "kubernetes.io/hostname" };
  return isHard
    ? { requiredDuringSchedulingIgnoredDuringExecution: [term] }
    : { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }] };
}

function zones(values: JsonObject, matchLabels: Labels): JsonObject {
  const { enabled, ...spread } = objectAt(values, "topologySpreadConstraints");
  return flag(enabled, false) ? { topologySpreadConstraints: [{ ...spread, labelSelector: { matchLabels } }] } : {};
}

function accountOf(values: JsonObject, base: string): string {
  return stringAt(values, "serviceAccount", "name") ?? base;
}
