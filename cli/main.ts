import { enableCompileCache } from "node:module";

// Before anything else is loaded: half of a preview's time is the compilation of the Pulumi packages.
enableCompileCache();
// Behind a company's proxy the gRPC library would ask it for the engine, which is on loopback.
process.env["no_grpc_proxy"] ??= "127.0.0.1,localhost";
const { runCli } = await import("./run.ts");
const exitCode = await runCli(process.argv.slice(2));
// Connections that are kept alive would hold the process for seconds; stdout may be a pipe that is still being written.
process.stdout.write("", () => process.exit(exitCode));
