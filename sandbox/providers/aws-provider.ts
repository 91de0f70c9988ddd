import {
  type CheckRequest,
  type CheckResult,
  containsUnknowns,
  type CreateRequest,
  type CreateResult,
  type DeleteRequest,
  type DiffRequest,
  type DiffResult,
  diffProperties,
  InitFailed,
  type InvokeRequest,
  type InvokeResult,
  isMap,
  mapValues,
  type Plain,
  type PropertyMap,
  type PropertyValue,
  type ReadRequest,
  type ReadResult,
  Refusal,
  revealMap,
  type StandInProvider,
  toPlainMap,
  UNKNOWN,
  type UpdateRequest,
} from "./protocol/index.ts";
import { callFunction } from "./cloud/aws/functions.ts";
import { resourceType } from "./cloud/aws/types.ts";
import { withAutoname } from "./cloud/autoname.ts";
import { arnOf, idOf } from "./cloud/ids.ts";
import { nodesOfNodeGroup } from "./cloud/nodes.ts";
import { placeOf } from "./cloud/place.ts";
import { textOf } from "./cloud/properties.ts";
import { refuseCreate, refuseDelete, refuseUpdate } from "./cloud/refusals/index.ts";
import { seal, unseal } from "./cloud/sealing.ts";
import type { CloudObject, CloudStore } from "./cloud/store.ts";
import { allTags, withoutEchoedTags } from "./cloud/tags.ts";
import type { ClusterAccess, CloudHooks, Making, NodeGroupChange, Properties } from "./cloud/types.ts";

const CLUSTER = "aws:eks/cluster:Cluster";
const NODE_GROUP = "aws:eks/nodeGroup:NodeGroup";

/** Stands in for the aws provider: keeps what it is given, refuses what AWS refuses, makes up what AWS decides. */
export class AwsProvider implements StandInProvider {
  readonly packageName = "aws";
  readonly version = "7.48.0";
  readonly #store: CloudStore;
  readonly #hooks: CloudHooks;

  constructor(store: CloudStore, hooks: CloudHooks) {
    this.#store = store;
    this.#hooks = hooks;
  }

  check(request: CheckRequest): Promise<CheckResult> {
    const { autoname, taggable } = resourceType(request.type);
    const inputs = withAutoname(autoname, request);
    const tagsAll = allTags(request.session.config, inputs["tags"]);
    const tagged = taggable === true && Object.keys(tagsAll).length > 0;
    return Promise.resolve({ inputs: tagged ? { ...inputs, tagsAll } : inputs });
  }

  diff({ type, oldInputs, news, ignoreChanges }: DiffRequest): Promise<DiffResult> {
    const { replaceOn = [], autoname, idFrom } = resourceType(type);
    // Where the name is the identity, old and new cannot exist side by side.
    const named = autoname ?? idFrom?.[0];
    const sameName = named !== undefined && textOf(known(oldInputs)[named]) === textOf(known(news)[named]);
    const deleteBeforeReplace = idFrom !== undefined && sameName;
    return Promise.resolve(
      withoutEchoedTags(diffProperties(oldInputs, news, { replaceOn, ignoreChanges, deleteBeforeReplace })),
    );
  }

  async create(request: CreateRequest): Promise<CreateResult> {
    const { type, urn, inputs, preview } = request;
    const plain = known(inputs);
    if (preview) {
      return { id: "", outputs: previewOutputs(this.#making(request, plain, "", undefined), type, inputs) };
    }
    const access = type === CLUSTER ? await this.#clusterAccess() : undefined;
    refuseCreate(this.#store, type, plain);
    const kind = resourceType(type);
    const id = this.#newId(request, plain);
    if (this.#store.get(type, id) !== undefined) {
      throw new Refusal(`creating ${type} (${id}): EntityAlreadyExists: ${id} already exists`);
    }
    const outputs = outputsOf(this.#making(request, plain, id, access), type, inputs, kind.assigned);
    const object = { id, type, urn, inputs: seal(inputs), outputs: seal(outputs) };
    const nodes = type === NODE_GROUP ? nodesOfNodeGroup(plain, this.#store) : undefined;
    this.#store.put(object);
    if (nodes !== undefined) {
      await this.#nodeGroup({ kind: "create", name: textOf(plain["nodeGroupName"]), nodes }, id, outputs);
    }
    return { id, outputs };
  }

  async update(request: UpdateRequest): Promise<{ outputs: PropertyMap }> {
    const { type, id, news, oldOutputs, preview } = request;
    const plain = known(news);
    // What AWS assigned at creation stays; what follows from the inputs follows the new ones.
    const outputs = {
      ...keptOutputs(oldOutputs, request.oldInputs),
      ...echoed(request, type, news),
      ...revised(type, oldOutputs, preview),
    };
    if (preview) {
      return { outputs };
    }
    const object = this.#store.get(type, id);
    if (object === undefined) {
      throw new Refusal(`updating ${type} (${id}): NotFound: ${id} does not exist`);
    }
    refuseUpdate(this.#store, type, plain);
    this.#store.put({ ...object, inputs: seal(news), outputs: seal(outputs) });
    if (type === NODE_GROUP) {
      const nodes = nodesOfNodeGroup(plain, this.#store);
      await this.#nodeGroup({ kind: "update", name: textOf(plain["nodeGroupName"]), nodes }, id, outputs);
    }
    return { outputs };
  }

  read({ type, id, inputs, outputs }: ReadRequest): Promise<ReadResult> {
    const object = this.#store.get(type, id);
    return Promise.resolve(
      object === undefined
        ? { id: "", inputs: {}, outputs: {} }
        : { id, inputs: unseal(object.inputs, inputs), outputs: unseal(object.outputs, outputs) },
    );
  }

  async delete({ type, id }: DeleteRequest): Promise<void> {
    const object = this.#store.get(type, id);
    if (object !== undefined) {
      refuseDelete(this.#store, object);
      await this.remove(object);
    }
  }

  /** Removes an object without asking whether AWS would: for orphans of a killed run. */
  async remove(object: CloudObject): Promise<void> {
    if (object.type === NODE_GROUP) {
      const nodes = nodesOfNodeGroup(object.inputs, this.#store);
      await this.#hooks.onNodeGroup({ kind: "delete", name: textOf(object.inputs["nodeGroupName"]), nodes });
    }
    this.#store.remove(object.type, object.id);
  }

  invoke({ token, args, session }: InvokeRequest): Promise<InvokeResult> {
    const result = callFunction(token, { args: known(args), store: this.#store, ...placeOf(session.config) });
    return Promise.resolve({ result });
  }

  #making(request: CreateRequest, inputs: Properties, id: string, access: ClusterAccess | undefined): Making {
    const { urn, name, session } = request;
    return { ...placeOf(session.config), id, urn, name, inputs, store: this.#store, access };
  }

  #newId(request: CreateRequest, inputs: Properties): string {
    const kind = resourceType(request.type);
    const id = idOf(kind, inputs, request.urn, this.#store.nextGeneration(request.urn));
    return kind.idIsArn === true ? (arnOf(kind, this.#making(request, inputs, id, undefined)) ?? id) : id;
  }

  async #clusterAccess(): Promise<ClusterAccess> {
    const access = await this.#hooks.clusterAccess();
    if (access === undefined) {
      throw new Refusal("the sandbox's control plane does not run, so no cluster can be created");
    }
    return access;
  }

  /** The group exists by now: when its nodes cannot be made, the engine must know of it all the same. */
  async #nodeGroup(change: NodeGroupChange, id: string, outputs: PropertyMap): Promise<void> {
    try {
      await this.#hooks.onNodeGroup(change);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new InitFailed(id, outputs, [`NodeCreationFailure: the nodes of ${change.name} were not made: ${reason}`]);
    }
  }
}

/** What is known of the properties, laid open; what is unknown in whole or in part is left out. */
function known(map: PropertyMap): Record<string, Plain> {
  return toPlainMap(knownMap(revealMap(map)));
}

function knownMap(map: PropertyMap): PropertyMap {
  const entries = Object.entries(map).flatMap(([key, value]): [string, PropertyValue][] => {
    if (value === undefined || (containsUnknowns(value) && !isMap(value))) {
      return [];
    }
    return [[key, isMap(value) ? knownMap(value) : value]];
  });
  return Object.fromEntries(entries);
}

/** Outputs of an object: defaults, then what was asked for, then what AWS decides. */
function outputsOf(
  making: Making,
  type: string,
  inputs: PropertyMap,
  assigned: ((making: Making) => Properties) | undefined,
): PropertyMap {
  const kind = resourceType(type);
  const arn = arnOf(kind, making);
  return {
    ...kind.defaults,
    ...inputs,
    ...(arn === undefined ? {} : { arn }),
    ...assigned?.(making),
    ...(making.inputs["region"] === undefined ? { region: making.region } : {}),
    id: making.id,
  };
}

/** In a preview what is asked for is known, and what AWS decides is not. */
function previewOutputs(making: Making, type: string, inputs: PropertyMap): PropertyMap {
  const kind = resourceType(type);
  const decided = mapValues(
    { ...kind.assigned?.(making), ...(kind.arn === undefined ? {} : { arn: "" }) },
    () => UNKNOWN,
  );
  return { ...outputsOf(making, type, inputs, undefined), id: UNKNOWN, ...decided };
}

/** Outputs that AWS decides again with every change. */
function revised(type: string, oldOutputs: PropertyMap, preview: boolean): PropertyMap {
  const decided = resourceType(type).revised?.(known(oldOutputs)) ?? {};
  return preview ? mapValues(decided, () => UNKNOWN) : decided;
}

/** Old outputs but those that echoed an input: an input that is gone must not live on as an output. */
function keptOutputs(oldOutputs: PropertyMap, oldInputs: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(oldOutputs).filter(([key]) => !(key in oldInputs)));
}

/** Outputs that follow from new inputs. Objects that AWS completes (such as a VPC configuration) keep its additions. */
function echoed(request: UpdateRequest, type: string, news: PropertyMap): PropertyMap {
  const defaults = resourceType(type).defaults ?? {};
  const completed = mapValues(news, (value, key) => {
    const old = request.oldOutputs[key];
    const given = request.oldInputs[key];
    if (!isMap(value) || !isMap(old) || !isMap(given)) {
      return value;
    }
    const additions = Object.entries(old).filter(([inner]) => !(inner in given));
    return { ...Object.fromEntries(additions), ...value };
  });
  return { ...defaults, ...completed };
}
