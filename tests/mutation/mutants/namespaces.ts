import type { LimitRangeObject, NamespaceObject, ResourceQuotaObject } from "../../../mesh/kubernetes/objects.ts";
import { type Change, moved } from "./change.ts";

/** Labels that decide about pods; others only name. */
const DECIDES = /^(pod-security\.kubernetes\.io\/(enforce|warn|audit)|istio-injection|istio\.io\/rev)$/;

/** What a namespace can come to by one slip. */
export function namespaceChanges(object: NamespaceObject): Change<NamespaceObject>[] {
  const { metadata } = object;
  const { labels = {} } = metadata;
  return Object.keys(labels)
    .filter((name) => DECIDES.test(name))
    .flatMap((name): Change<NamespaceObject>[] => {
      const rest = Object.fromEntries(Object.entries(labels).filter(([other]) => other !== name));
      const withLabels = (changed: Readonly<Record<string, string>>): NamespaceObject => ({
        ...object,
        metadata: { ...metadata, labels: changed },
      });
      return [
        [`without ${name}`, withLabels(rest)],
        ...(name.startsWith("pod-security")
          ? [[`${name} is baseline`, withLabels({ ...labels, [name]: "baseline" })] satisfies Change<NamespaceObject>]
          : []),
      ];
    });
}

/** What a quota can come to by one slip. */
export function quotaChanges(object: ResourceQuotaObject): Change<ResourceQuotaObject>[] {
  const { hard = {} } = object.spec;
  return [
    ...moved(object),
    ...Object.keys(hard).map((key): Change<ResourceQuotaObject> => [
      `without ${key}`,
      {
        ...object,
        spec: { ...object.spec, hard: Object.fromEntries(Object.entries(hard).filter(([other]) => other !== key)) },
      },
    ]),
  ];
}

/** What the defaults of containers can come to by one slip. */
export function limitChanges(object: LimitRangeObject): Change<LimitRangeObject>[] {
  return [...moved(object), ["without defaults", { ...object, spec: { limits: [] } }]];
}
