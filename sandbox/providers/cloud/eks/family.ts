import { createHash } from "node:crypto";

import {
  type ComponentRequest,
  isMap,
  OutputValue,
  type PropertyMap,
  type PropertyValue,
  type RegisteredResource,
  ResourceReference,
  UNKNOWN,
  unwrap,
} from "../../protocol/index.ts";
import { dependingOn } from "./values.ts";

/** A child that was registered, with what later children and outputs need of it. */
export interface Member extends RegisteredResource {
  readonly type: string;
}

/** What a child may be given besides its inputs. */
export interface ChildOptions {
  readonly dependsOn?: readonly string[];
  readonly ignoreChanges?: readonly string[];
  readonly custom?: boolean;
}

/** Registers the children of one component under names and parents as the published component does. */
export class Family {
  readonly #request: ComponentRequest;
  readonly #parent: string;
  readonly #versions: Readonly<Record<string, string>>;

  /** @param versions published version of each package whose default provider the children use. */
  constructor(request: ComponentRequest, parent: string, versions: Readonly<Record<string, string>>) {
    this.#request = request;
    this.#parent = parent;
    this.#versions = versions;
  }

  /** The same family below another parent. */
  below(parent: string): Family {
    return new Family(this.#request, parent, this.#versions);
  }

  async add(type: string, name: string, inputs: PropertyMap, options: ChildOptions = {}): Promise<Member> {
    const custom = options.custom ?? true;
    // Secrets, unknowns and dependencies of inputs travel in the values; absent ones are left out.
    const present = Object.fromEntries(Object.entries(inputs).filter(([, value]) => (value ?? null) !== null));
    const resource = await this.#request.register({
      type,
      name,
      parent: this.#parent,
      custom,
      inputs: present,
      version: this.#versions[packageOf(type)] ?? "",
      ...options,
    });
    return { ...resource, type };
  }
}

/** The package of a resource type; a provider resource is of the package it provides. */
function packageOf(type: string): string {
  const [module = "", , provided] = type.split(":");
  return type.startsWith("pulumi:providers:") && provided !== undefined ? provided : module;
}

/** The child's id, as a value that depends on it. */
export function idOf({ urn, id }: Member): PropertyValue {
  return new OutputValue(id ?? UNKNOWN, false, [urn]);
}

/** One output of the child, as a value that depends on it. In a preview a missing output is unknown. */
export function outputOf({ urn, outputs, id }: Member, key: string): PropertyValue {
  return dependingOn(urn, outputs[key] ?? (id === UNKNOWN ? UNKNOWN : null));
}

/** A reference to the child: programs get a resource object from it. */
export function referenceTo({ urn, id }: Member): ResourceReference {
  return new ResourceReference(urn, id ?? undefined, "");
}

/** Eight digits of a SHA-1: the published component names policy attachments so. */
export function shortHash(text: string): string {
  return createHash("sha1").update(text).digest("hex").slice(0, 8);
}

/** Tags with more laid over them; unknown tags stay unknown as a whole. */
export function mergeTags(...tags: readonly (PropertyValue | undefined)[]): PropertyValue {
  let merged: PropertyMap = {};
  for (const value of tags.map(unwrap)) {
    if (value === UNKNOWN) {
      return UNKNOWN;
    }
    merged = isMap(value) ? { ...merged, ...value } : merged;
  }
  return merged;
}
