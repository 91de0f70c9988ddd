import { createRequire } from "node:module";
import * as grpc from "@grpc/grpc-js";

/** What a Pulumi program returns: the stack's outputs. */
export type Program = () => Promise<Record<string, unknown> | undefined>;

/** A language host for one inline program, listening on loopback. */
export interface LanguageHost {
  /** For the engine's `--client`. */
  readonly address: string;
  close(): void;
}

interface LanguageServerClass {
  new (program: Program): grpc.UntypedServiceImplementation;
}

interface HostModules {
  readonly LanguageServer: LanguageServerClass;
  readonly LanguageRuntimeService: grpc.ServiceDefinition;
}

/**
 * Serves a program to the engine in the way in which the Automation API serves inline programs, with its own class.
 * The API's `Stack` is not used for it: around each operation it starts the engine four more times, half a second each.
 */
export async function serveProgram(program: Program): Promise<LanguageHost> {
  const { LanguageServer, LanguageRuntimeService } = hostModules();
  const implementation = new LanguageServer(program);
  // The class keeps its handlers on the prototype, where the server would not look for them.
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(LanguageRuntimeService, implementation);
  const address = await listen(server);
  return { address, close: () => server.forceShutdown() };
}

/** Binds a server to a free port on loopback and returns its address. */
export async function listen(server: grpc.Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) {
        resolve(`127.0.0.1:${port}`);
      } else {
        reject(error);
      }
    });
  });
}

/** Neither module has types that name these; `require` because both are CommonJS and shared with the program's SDK. */
function hostModules(): HostModules {
  const require = createRequire(import.meta.url);
  const { LanguageServer } = require("@pulumi/pulumi/automation/server.js") as Pick<HostModules, "LanguageServer">;
  const { LanguageRuntimeService } = require("@pulumi/pulumi/proto/language_grpc_pb.js") as Pick<
    HostModules,
    "LanguageRuntimeService"
  >;
  return { LanguageServer, LanguageRuntimeService };
}
