import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import type { RunRequest } from "@pulumi/pulumi/proto/language_pb.js";

const require = createRequire(import.meta.url);

/** A language host that runs programs as the ordinary CLI does. */
export interface NodeLanguageHost {
  /** For PULUMI_DEBUG_LANGUAGES. */
  readonly debugLanguages: string;
  close(): void;
}

interface Messages {
  readonly LanguageHandshakeResponse: new () => object;
  readonly GetRequiredPluginsResponse: new () => object;
  readonly GetRequiredPackagesResponse: new () => object;
  readonly RunResponse: new () => { setError(text: string): void };
  readonly PluginInfo: new () => { setVersion(text: string): void };
}

/**
 * Stands in for the program `pulumi-language-nodejs`, which cannot be built from a Go module: like it, it starts the SDK's
 * own runner (`@pulumi/pulumi/cmd/run`) with Pulumi.yaml's `nodeargs` on the entry point that Pulumi.yaml names.
 */
export async function serveNodeLanguageHost(): Promise<NodeLanguageHost> {
  const language = require("@pulumi/pulumi/proto/language_pb.js") as Messages;
  const plugin = require("@pulumi/pulumi/proto/plugin_pb.js") as Messages;
  const { LanguageRuntimeService } = require("@pulumi/pulumi/proto/language_grpc_pb.js") as {
    readonly LanguageRuntimeService: grpc.ServiceDefinition;
  };
  let engine = "";
  const server = new grpc.Server();
  server.addService(LanguageRuntimeService, {
    handshake: unary((request: { getEngineAddress(): string }) => {
      engine = request.getEngineAddress();
      return Promise.resolve(new language.LanguageHandshakeResponse());
    }),
    getPluginInfo: unary(() => {
      const info = new plugin.PluginInfo();
      info.setVersion("0.0.0");
      return Promise.resolve(info);
    }),
    // The fake providers are attached; nothing is to be installed.
    getRequiredPlugins: unary(() => Promise.resolve(new language.GetRequiredPluginsResponse())),
    getRequiredPackages: unary(() => Promise.resolve(new language.GetRequiredPackagesResponse())),
    run: unary(async (request: RunRequest) => {
      const response = new language.RunResponse();
      const { code, output } = await runProgram(request, engine);
      if (code !== 0) {
        response.setError(`the program ended with ${code}: ${output}`);
      }
      return response;
    }),
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { debugLanguages: `nodejs:${port}`, close: () => server.forceShutdown() };
}

function unary<Q, R>(handle: (request: Q) => Promise<R>): grpc.handleUnaryCall<Q, R> {
  return (call, callback) => {
    handle(call.request).then(
      (response) => callback(null, response),
      (error: unknown) => callback({ code: grpc.status.INTERNAL, details: String(error) }),
    );
  };
}

async function runProgram(request: RunRequest, engine: string): Promise<{ code: number; output: string }> {
  const info = request.getInfo();
  const options = (info?.getOptions()?.toJavaScript() ?? {}) as { readonly nodeargs?: string };
  const directory = info?.getProgramDirectory() ?? "";
  const flags = {
    monitor: request.getMonitorAddress(),
    engine,
    project: request.getProject(),
    stack: request.getStack(),
    pwd: directory,
    parallel: String(request.getParallel()),
  };
  const child = spawn(
    process.execPath,
    [
      ...(options.nodeargs ?? "").split(" ").filter((argument) => argument !== ""),
      join(directory, "node_modules/@pulumi/pulumi/cmd/run/index.js"),
      ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]),
      ...(request.getDryrun() ? ["--dry-run"] : []),
      info?.getEntryPoint() ?? ".",
    ],
    { cwd: directory, env: { ...process.env, ...configOf(request) }, stdio: ["ignore", "pipe", "pipe"] },
  );
  let output = "";
  child.stdout.on("data", (text: Buffer) => (output += text.toString()));
  child.stderr.on("data", (text: Buffer) => (output += text.toString()));
  return new Promise((resolve) => child.once("close", (code) => resolve({ code: code ?? 1, output })));
}

/** The runner takes the configuration as JSON in its environment, with `:config:` in the keys. */
function configOf(request: RunRequest): Record<string, string> {
  const entries = request
    .getConfigMap()
    .toArray()
    .map(([key, value]): [string, string] => [key.replace(/^([^:]+):/, "$1:config:"), value]);
  return {
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(entries)),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
  };
}
