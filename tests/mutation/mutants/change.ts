import type { KubernetesObject } from "../../../mesh/kubernetes/objects.ts";

/** An object with a change; undefined: removed. */
export type Change<T> = readonly [what: string, changed: T | undefined];

/** A place that no workload is in, and a name that none has. */
export const ELSEWHERE = "elsewhere";

/** What may happen to any object: it goes, or it lies in the wrong namespace. */
export function moved<T extends KubernetesObject>(object: T): Change<T>[] {
  const { metadata } = object;
  return [
    ["removed", undefined],
    ...(metadata.namespace === undefined
      ? []
      : [["in another namespace", { ...object, metadata: { ...metadata, namespace: ELSEWHERE } }] satisfies Change<T>]),
  ];
}

/** A list without one of its items, or with another one in its place. */
export function replaced<T>(list: readonly T[], index: number, item: T | undefined): T[] {
  return list.flatMap((other, place) => (place !== index ? [other] : item === undefined ? [] : [item]));
}

/** The changes of an item as changes of the list that it is in. */
export function within<T>(list: readonly T[], name: string, changesOf: (item: T) => Change<T>[]): Change<T[]>[] {
  return list.flatMap((item, index) =>
    changesOf(item).map(([what, changed]): Change<T[]> => [
      `${name} ${index}: ${what}`,
      replaced(list, index, changed),
    ]),
  );
}
