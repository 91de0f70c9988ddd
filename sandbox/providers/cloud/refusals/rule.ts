import type { CloudObject, CloudStore } from "../store.ts";
import type { Properties } from "../types.ts";

/** Says why AWS would refuse to make a resource with these inputs, in AWS's words; undefined: it would not. */
export type CreateRule = (store: CloudStore, inputs: Properties) => string | undefined;

/** Says why AWS would refuse to delete an object; undefined: it would not. */
export type DeleteRule = (store: CloudStore, object: CloudObject) => string | undefined;

/** Objects of the given type one of whose inputs is the given id. */
export function referring(store: CloudStore, type: string, key: string, id: string): readonly CloudObject[] {
  return store.list(type).filter((object) => {
    const value = object.inputs[key];
    return value === id || (Array.isArray(value) && value.includes(id));
  });
}
