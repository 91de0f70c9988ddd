import { createRequire } from "node:module";
import * as grpc from "@grpc/grpc-js";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { listen } from "./language-host.ts";

/** Receives the engine's events as they happen. */
export interface EventReceiver {
  /** For the engine's `--event-log`. */
  readonly address: string;
  close(): void;
}

interface EventRequest {
  getEvent(): string;
}

type Acknowledge = (error: null, reply: unknown) => void;

/**
 * Listens for the engine's events on loopback.
 * @param onEvent must not throw
 */
export async function receiveEvents(onEvent: (event: EngineEvent) => void): Promise<EventReceiver> {
  const require = createRequire(import.meta.url);
  const { EventsService } = require("@pulumi/pulumi/proto/events_grpc_pb.js") as {
    EventsService: grpc.ServiceDefinition;
  };
  const { Empty } = require("google-protobuf/google/protobuf/empty_pb.js") as { Empty: new () => unknown };
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1 });
  server.addService(EventsService, {
    streamEvents(call: grpc.ServerReadableStream<EventRequest, unknown>, callback: Acknowledge) {
      call.on("data", (request: EventRequest) => onEvent(JSON.parse(request.getEvent()) as EngineEvent));
      call.on("end", () => callback(null, new Empty()));
    },
  });
  const address = await listen(server);
  return { address: `tcp://${address}`, close: () => server.forceShutdown() };
}
