import type grpc from "@grpc/grpc-js";

import { fromStruct, toStruct } from "./codec.ts";
import { constructComponent } from "./component.ts";
import { configHandlers } from "./config-handlers.ts";
import { toDiffResponse } from "./diff-response.ts";
import { NO_DIFF } from "./diff.ts";
import { InitFailed, Refusal } from "./errors.ts";
import { type FaultOperation, type FaultRule, injectFault } from "./faults.ts";
import { emptyPb, providerPb } from "./messages.ts";
import type { CheckFailure, ResourceRequest, StandInProvider } from "./provider.ts";
import type { Sessions } from "./sessions.ts";
import { unary } from "./unary.ts";
import { keepSecrets, type PropertyMap } from "./values.ts";

type Message<T extends new () => unknown> = InstanceType<T>;

/** What the messages about one resource have in common. */
interface AboutResource {
  getUrn(): string;
  getType(): string;
  getName(): string;
}

/** The ResourceProvider service of the engine's protocol, for one provider. */
export function resourceProviderService(
  provider: StandInProvider,
  sessions: Sessions,
  faults: readonly FaultRule[],
): grpc.UntypedServiceImplementation {
  const about = (message: AboutResource, peer: string): ResourceRequest => {
    const session = sessions.of(peer);
    const { urn, type, name } = identify(message);
    return { session, urn, type, name, signal: session.abort.signal };
  };
  const fault = (op: FaultOperation, request: ResourceRequest) => injectFault(faults, { op, ...request });
  return {
    ...configHandlers(provider, sessions),
    ...planHandlers(provider, about),
    ...changeHandlers(provider, about, fault),
    invoke: unary(async (message: Message<typeof providerPb.InvokeRequest>, peer) => {
      const session = sessions.of(peer);
      const args = fromStruct(message.getArgs());
      const token = message.getTok();
      if (provider.invoke === undefined) {
        throw new Refusal(`the fake of ${provider.packageName} has no functions; asked for ${token}`);
      }
      const request = { session, token, args, preview: message.getPreview(), signal: session.abort.signal };
      const { result, failures } = await provider.invoke(request);
      return new providerPb.InvokeResponse().setReturn(toStruct(result)).setFailuresList(toFailures(failures));
    }),
    construct: unary(async (message: Message<typeof providerPb.ConstructRequest>, peer) => {
      const session = sessions.of(peer);
      const refused = new Refusal(`the fake of ${provider.packageName} has no component ${message.getType()}`);
      return constructComponent(
        message,
        session,
        session.abort.signal,
        (request) => provider.construct?.(request) ?? Promise.reject(refused),
      );
    }),
  };
}

type About = (message: AboutResource, peer: string) => ResourceRequest;

/** Check and diff: they plan and change nothing. */
function planHandlers(provider: StandInProvider, about: About): grpc.UntypedServiceImplementation {
  return {
    check: unary(async (message: Message<typeof providerPb.CheckRequest>, peer) => {
      const olds = fromStruct(message.getOlds());
      const news = fromStruct(message.getNews());
      const randomSeed = message.getRandomseed_asU8();
      const result = await provider.check?.({ ...about(message, peer), olds, news, randomSeed });
      return new providerPb.CheckResponse()
        .setInputs(toStruct(result === undefined ? news : keepSecrets(result.inputs, news)))
        .setFailuresList(toFailures(result?.failures));
    }),
    diff: unary(async (message: Message<typeof providerPb.DiffRequest>, peer) => {
      const result = await provider.diff?.({
        ...about(message, peer),
        id: message.getId(),
        oldInputs: fromStruct(message.getOldInputs()),
        oldOutputs: fromStruct(message.getOlds()),
        news: fromStruct(message.getNews()),
        ignoreChanges: message.getIgnorechangesList(),
      });
      return toDiffResponse(result ?? NO_DIFF);
    }),
  };
}

type Fault = (op: FaultOperation, request: ResourceRequest) => Promise<void>;

/** Create, read, update, delete. Faults do not touch previews: they stand for what happens to real work. */
function changeHandlers(provider: StandInProvider, about: About, fault: Fault): grpc.UntypedServiceImplementation {
  return {
    create: unary(async (message: Message<typeof providerPb.CreateRequest>, peer) => {
      const request = about(message, peer);
      const inputs = fromStruct(message.getProperties());
      const preview = message.getPreview();
      if (!preview) {
        await fault("create", request);
      }
      const change = { ...request, inputs, preview, timeoutSeconds: message.getTimeout() };
      const { id, outputs } = await withSecrets(inputs, () => provider.create(change));
      return new providerPb.CreateResponse().setId(id).setProperties(toStruct(keepSecrets(outputs, inputs)));
    }),
    update: unary(async (message: Message<typeof providerPb.UpdateRequest>, peer) => {
      const request = about(message, peer);
      const news = fromStruct(message.getNews());
      const preview = message.getPreview();
      if (!preview) {
        await fault("update", request);
      }
      const change = {
        ...request,
        id: message.getId(),
        oldInputs: fromStruct(message.getOldInputs()),
        oldOutputs: fromStruct(message.getOlds()),
        news,
        preview,
        timeoutSeconds: message.getTimeout(),
        ignoreChanges: message.getIgnorechangesList(),
      };
      const { outputs } = await withSecrets(news, () => provider.update(change));
      return new providerPb.UpdateResponse().setProperties(toStruct(keepSecrets(outputs, news)));
    }),
    read: unary(async (message: Message<typeof providerPb.ReadRequest>, peer) => {
      const request = about(message, peer);
      await fault("read", request);
      const inputs = fromStruct(message.getInputs());
      const outputs = fromStruct(message.getProperties());
      const result = await provider.read({ ...request, id: message.getId(), inputs, outputs });
      return new providerPb.ReadResponse()
        .setId(result.id)
        .setInputs(toStruct(keepSecrets(result.inputs, inputs)))
        .setProperties(toStruct(keepSecrets(keepSecrets(result.outputs, inputs), outputs)));
    }),
    delete: unary(async (message: Message<typeof providerPb.DeleteRequest>, peer) => {
      const request = about(message, peer);
      await fault("delete", request);
      await provider.delete({
        ...request,
        id: message.getId(),
        inputs: fromStruct(message.getOldInputs()),
        outputs: fromStruct(message.getProperties()),
        timeoutSeconds: message.getTimeout(),
      });
      return new emptyPb.Empty();
    }),
  };
}

/** A failed initialization also carries outputs: they keep their secrets just the same. */
async function withSecrets<Result>(inputs: PropertyMap, change: () => Promise<Result>): Promise<Result> {
  try {
    return await change();
  } catch (error) {
    if (error instanceof InitFailed) {
      throw new InitFailed(error.id, keepSecrets(error.outputs, inputs), error.reasons, error.inputs);
    }
    throw error;
  }
}

/** Type and name: from their own fields, or from the URN where an engine leaves these empty. */
function identify(message: AboutResource): { urn: string; type: string; name: string } {
  const urn = message.getUrn();
  const parts = urn.split("::");
  const type = message.getType() || (parts[2]?.split("$").at(-1) ?? "");
  return { urn, type, name: message.getName() || parts.slice(3).join("::") };
}

function toFailures(failures: readonly CheckFailure[] = []): Message<typeof providerPb.CheckFailure>[] {
  return failures.map(({ property, reason }) => new providerPb.CheckFailure().setProperty(property).setReason(reason));
}
