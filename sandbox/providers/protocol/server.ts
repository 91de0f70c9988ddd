import * as grpc from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb.js";

import type { FaultRule } from "./faults.ts";
import { GRPC_OPTIONS } from "./options.ts";
import type { StandInProvider } from "./provider.ts";
import { resourceProviderService } from "./service.ts";
import { Sessions } from "./sessions.ts";

/** A provider that the engine can attach to. */
export interface ServedProvider {
  /** Port on 127.0.0.1. */
  readonly port: number;
  /** The provider's part of PULUMI_DEBUG_PROVIDERS, e.g. `aws:41233`. */
  readonly debugProvider: string;
  /** Aborts what still runs and closes every connection. */
  close(): Promise<void>;
}

export interface ServeOptions {
  /** Operations that are made to go wrong; default: none. */
  readonly faults?: readonly FaultRule[];
}

/**
 * Serves a provider on a free port of 127.0.0.1.
 * @throws Error when the port cannot be bound.
 */
export async function serveProvider(provider: StandInProvider, options: ServeOptions = {}): Promise<ServedProvider> {
  const sessions = new Sessions();
  const server = new grpc.Server(GRPC_OPTIONS);
  server.addService(ResourceProviderService, resourceProviderService(provider, sessions, options.faults ?? []));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return {
    port,
    debugProvider: `${provider.packageName}:${port}`,
    close: () => {
      sessions.abortAll();
      server.forceShutdown();
      return Promise.resolve();
    },
  };
}
