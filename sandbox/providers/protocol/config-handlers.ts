import type grpc from "@grpc/grpc-js";

import { fromStruct, toStruct } from "./codec.ts";
import { toDiffResponse } from "./diff-response.ts";
import { diffProperties } from "./diff.ts";
import { emptyPb, pluginPb, providerPb } from "./messages.ts";
import type { StandInProvider } from "./provider.ts";
import type { Sessions } from "./sessions.ts";
import { unary } from "./unary.ts";

type Message<T extends new () => unknown> = InstanceType<T>;

/** Everything about the provider itself: who it is, how it is configured, that it should stop. */
export function configHandlers(provider: StandInProvider, sessions: Sessions): grpc.UntypedServiceImplementation {
  return {
    ...identityHandlers(provider),
    checkConfig: unary(async (message: Message<typeof providerPb.CheckRequest>) => {
      const olds = fromStruct(message.getOlds());
      const news = fromStruct(message.getNews());
      const result = await provider.checkConfig?.({ urn: message.getUrn(), olds, news });
      const failures = (result?.failures ?? []).map(({ property, reason }) =>
        new providerPb.CheckFailure().setProperty(property).setReason(reason),
      );
      return new providerPb.CheckResponse().setInputs(toStruct(result?.inputs ?? news)).setFailuresList(failures);
    }),
    diffConfig: unary(async (message: Message<typeof providerPb.DiffRequest>) => {
      const olds = fromStruct(message.getOldInputs());
      const news = fromStruct(message.getNews());
      const result = await provider.diffConfig?.({ urn: message.getUrn(), olds, news });
      return toDiffResponse(result ?? diffProperties(olds, news));
    }),
    configure: unary(async (message: Message<typeof providerPb.ConfigureRequest>, peer) => {
      const session = sessions.configure(peer, message.getUrn(), fromStruct(message.getArgs()));
      await provider.configure?.(session);
      return new providerPb.ConfigureResponse()
        .setAcceptsecrets(true)
        .setAcceptresources(true)
        .setAcceptoutputs(true)
        .setSupportspreview(true);
    }),
    cancel: unary((_message: unknown, peer) => {
      sessions.of(peer).abort.abort();
      return Promise.resolve(new emptyPb.Empty());
    }),
  };
}

function identityHandlers(provider: StandInProvider): grpc.UntypedServiceImplementation {
  const schema = JSON.stringify({ name: provider.packageName, version: provider.version });
  return {
    handshake: unary(() =>
      Promise.resolve(
        // Said here already, so that the engine knows it also while the configuration is unknown.
        new providerPb.ProviderHandshakeResponse()
          .setAcceptSecrets(true)
          .setAcceptResources(true)
          .setAcceptOutputs(true)
          .setAcceptsByteString(true),
      ),
    ),
    attach: unary(() => Promise.resolve(new emptyPb.Empty())),
    getPluginInfo: unary(() => Promise.resolve(new pluginPb.PluginInfo().setVersion(provider.version))),
    getSchema: unary(() => Promise.resolve(new providerPb.GetSchemaResponse().setSchema(schema))),
    getMapping: unary(() => Promise.resolve(new providerPb.GetMappingResponse())),
    getMappings: unary(() => Promise.resolve(new providerPb.GetMappingsResponse())),
  };
}
