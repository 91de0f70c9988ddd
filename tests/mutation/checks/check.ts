import type { KubernetesObject } from "../../../mesh/kubernetes/objects.ts";
import type { StackData } from "../../../mesh/stack/stack.ts";

/** Looks at a stack's objects; gives what is wrong with them, or undefined. No check knows the recorded graphs. */
export type Check = (stack: StackData, objects: readonly KubernetesObject[]) => string | undefined;

type Kind = KubernetesObject["kind"];

/** The objects of a kind. */
export function ofKind<K extends Kind>(
  objects: readonly KubernetesObject[],
  kind: K,
): Extract<KubernetesObject, { readonly kind: K }>[] {
  return objects.filter((object): object is Extract<KubernetesObject, { readonly kind: K }> => object.kind === kind);
}

/** A check that reads objects of these kinds alone, and so answers as before while they are the same ones. */
export function reading(kinds: readonly Kind[], check: Check): Check {
  const answers = new WeakMap<StackData, Map<string, string | undefined>>();
  const name = numberedObjects();
  return (stack, objects) => {
    const read = objects.filter(({ kind }) => kinds.includes(kind));
    const known = answers.get(stack) ?? new Map<string, string | undefined>();
    answers.set(stack, known);
    const key = name(read);
    if (!known.has(key)) {
      known.set(key, check(stack, read));
    }
    return known.get(key);
  };
}

/** Gives the same text for the same objects in the same order. */
export function numberedObjects(): (objects: readonly object[]) => string {
  const numbers = new WeakMap<object, number>();
  let count = 0;
  return (objects) =>
    objects
      .map((object) => {
        const number = numbers.get(object) ?? ++count;
        numbers.set(object, number);
        return number;
      })
      .join();
}
