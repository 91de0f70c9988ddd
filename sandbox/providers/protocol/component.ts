import * as grpc from "@grpc/grpc-js";
import { ResourceMonitorClient } from "@pulumi/pulumi/proto/resource_grpc_pb.js";

import { fromStruct, toStruct } from "./codec.ts";
import { aliasPb, providerPb, resourcePb } from "./messages.ts";
import { GRPC_OPTIONS } from "./options.ts";
import type { Session } from "./sessions.ts";
import { dependenciesOf, isMap, lower, mapValues, type PropertyMap, UNKNOWN } from "./values.ts";

/** A request to make a remote component: a resource of the program whose children the provider registers. */
export interface ComponentRequest {
  readonly session: Session;
  /** Type token, e.g. `eks:index:Cluster`. */
  readonly type: string;
  readonly name: string;
  /** Inputs as the program gave them, with output values in them. */
  readonly inputs: PropertyMap;
  /** True in previews. */
  readonly dryRun: boolean;
  /** Registers the component itself with the options that the program gave it. */
  registerComponent(): Promise<string>;
  /** Registers a child. */
  register(child: ChildResource): Promise<RegisteredResource>;
  /** Outputs of a resource of the program that was registered before; the value under `id` is its id. */
  lookUp(urn: string): Promise<PropertyMap>;
  readonly signal: AbortSignal;
}

export interface ComponentResult {
  readonly urn: string;
  readonly outputs: PropertyMap;
}

/** A resource that a component registers. */
export interface ChildResource {
  readonly type: string;
  readonly name: string;
  /** URN of the parent: the component, or another child. */
  readonly parent: string;
  /** False: a component without a provider behind it. */
  readonly custom: boolean;
  readonly inputs: PropertyMap;
  /** URNs, besides those that the inputs carry. */
  readonly dependsOn?: readonly string[];
  /** Version of the published provider package, so that the engine picks the same default provider as the program. */
  readonly version?: string;
  readonly ignoreChanges?: readonly string[];
  readonly deleteBeforeReplace?: boolean;
  /** Outputs that are secret though the provider does not say so. */
  readonly additionalSecretOutputs?: readonly string[];
}

export interface RegisteredResource {
  readonly urn: string;
  /** `UNKNOWN` in a preview of a new resource; null for components. */
  readonly id: string | typeof UNKNOWN | null;
  /** Outputs; in a preview those that are missing are unknown. */
  readonly outputs: PropertyMap;
}

type ConstructMessage = InstanceType<typeof providerPb.ConstructRequest>;
type RegisterMessage = InstanceType<typeof resourcePb.RegisterResourceRequest>;

/** Serves one construct request: opens the connection to the engine's resource monitor and closes it afterwards. */
export async function constructComponent(
  message: ConstructMessage,
  session: Session,
  signal: AbortSignal,
  construct: (request: ComponentRequest) => Promise<ComponentResult>,
): Promise<InstanceType<typeof providerPb.ConstructResponse>> {
  const monitor = new ResourceMonitorClient(
    message.getMonitorendpoint(),
    grpc.credentials.createInsecure(),
    GRPC_OPTIONS,
  );
  try {
    const inputs = fromStruct(message.getInputs());
    const result = await construct({
      session,
      type: message.getType(),
      name: message.getName(),
      inputs,
      dryRun: message.getDryrun(),
      registerComponent: async () => (await send(monitor, componentMessage(message, inputs))).getUrn(),
      register: (child) => registerChild(monitor, message, child),
      lookUp: (urn) => lookUp(monitor, urn),
      signal,
    });
    await registerOutputs(monitor, result);
    return constructResponse(result);
  } finally {
    monitor.close();
  }
}

function componentMessage(construct: ConstructMessage, inputs: PropertyMap): RegisterMessage {
  const message = newMessage()
    .setType(construct.getType())
    .setName(construct.getName())
    .setParent(construct.getParent())
    .setObject(toStruct(mapValues(inputs, lower)))
    .setDependenciesList(construct.getDependenciesList())
    .setAliasesList(construct.getAliasesList().map(cloneAlias))
    .setAliasspecs(true)
    .setIgnorechangesList(construct.getIgnorechangesList())
    .setReplaceonchangesList(construct.getReplaceonchangesList())
    .setAdditionalsecretoutputsList(construct.getAdditionalsecretoutputsList())
    .setDeletedwith(construct.getDeletedwith());
  if (construct.hasProtect()) {
    message.setProtect(construct.getProtect() === true);
  }
  if (construct.hasRetainondelete()) {
    message.setRetainondelete(construct.getRetainondelete() === true);
  }
  const providers = message.getProvidersMap();
  construct.getProvidersMap().forEach((reference: string, name: string) => providers.set(name, reference));
  setPropertyDependencies(message, inputs, construct);
  return message;
}

const cloneAlias = (alias: InstanceType<typeof aliasPb.Alias>): InstanceType<typeof aliasPb.Alias> =>
  aliasPb.Alias.deserializeBinary(alias.serializeBinary());

async function registerChild(
  monitor: ResourceMonitorClient,
  construct: ConstructMessage,
  child: ChildResource,
): Promise<RegisteredResource> {
  const packageName = child.type.split(":")[0] ?? "";
  const message = newMessage()
    .setType(child.type)
    .setName(child.name)
    .setParent(child.parent)
    .setCustom(child.custom)
    .setObject(toStruct(mapValues(child.inputs, lower)))
    .setDependenciesList([...(child.dependsOn ?? [])])
    .setVersion(child.version ?? "")
    .setProvider(child.custom ? (construct.getProvidersMap().get(packageName) ?? "") : "")
    .setIgnorechangesList([...(child.ignoreChanges ?? [])])
    .setAdditionalsecretoutputsList([...(child.additionalSecretOutputs ?? [])])
    .setDeletebeforereplace(child.deleteBeforeReplace ?? false)
    .setDeletebeforereplacedefined(child.deleteBeforeReplace !== undefined);
  if (construct.hasProtect()) {
    message.setProtect(construct.getProtect() === true);
  }
  setPropertyDependencies(message, child.inputs);
  const response = await send(monitor, message);
  const id = response.getId();
  return {
    urn: response.getUrn(),
    id: !child.custom ? null : id === "" ? UNKNOWN : id,
    outputs: fromStruct(response.getObject()),
  };
}

function newMessage(): RegisterMessage {
  return new resourcePb.RegisterResourceRequest()
    .setAcceptsecrets(true)
    .setAcceptresources(true)
    .setSupportspartialvalues(true);
}

/** Dependencies by property, from the values themselves and, for a component, from its own request. */
function setPropertyDependencies(message: RegisterMessage, inputs: PropertyMap, construct?: ConstructMessage): void {
  const all = new Set(message.getDependenciesList());
  for (const [key, value] of Object.entries(inputs)) {
    const urns = new Set(dependenciesOf(value));
    construct
      ?.getInputdependenciesMap()
      .get(key)
      ?.getUrnsList()
      .forEach((urn) => urns.add(urn));
    if (urns.size > 0) {
      const dependencies = new resourcePb.RegisterResourceRequest.PropertyDependencies().setUrnsList([...urns]);
      message.getPropertydependenciesMap().set(key, dependencies);
      urns.forEach((urn) => all.add(urn));
    }
  }
  message.setDependenciesList([...all]);
}

function send(
  monitor: ResourceMonitorClient,
  message: RegisterMessage,
): Promise<InstanceType<typeof resourcePb.RegisterResourceResponse>> {
  return new Promise((resolve, reject) => {
    monitor.registerResource(message, (error, response) => (error === null ? resolve(response) : reject(error)));
  });
}

/** The engine answers from the resources of the running deployment; it is how every SDK follows a reference. */
function lookUp(monitor: ResourceMonitorClient, urn: string): Promise<PropertyMap> {
  const message = new resourcePb.ResourceInvokeRequest()
    .setTok("pulumi:pulumi:getResource")
    .setArgs(toStruct({ urn }))
    .setAcceptresources(true);
  return new Promise((resolve, reject) => {
    monitor.invoke(message, (error, response) => {
      if (error !== null) {
        reject(error);
        return;
      }
      const { id, state } = fromStruct(response.getReturn());
      resolve(isMap(state) ? { ...state, id } : { id });
    });
  });
}

function registerOutputs(monitor: ResourceMonitorClient, { urn, outputs }: ComponentResult): Promise<void> {
  const message = new resourcePb.RegisterResourceOutputsRequest()
    .setUrn(urn)
    .setOutputs(toStruct(mapValues(outputs, lower)));
  return new Promise((resolve, reject) => {
    monitor.registerResourceOutputs(message, (error) => (error === null ? resolve() : reject(error)));
  });
}

function constructResponse({ urn, outputs }: ComponentResult): InstanceType<typeof providerPb.ConstructResponse> {
  const response = new providerPb.ConstructResponse().setUrn(urn).setState(toStruct(outputs));
  for (const [key, value] of Object.entries(outputs)) {
    const dependencies = new providerPb.ConstructResponse.PropertyDependencies().setUrnsList(dependenciesOf(value));
    response.getStatedependenciesMap().set(key, dependencies);
  }
  return response;
}
