import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { cacheRoot } from "../sandbox/toolchain/cache-root.ts";
import { keepStrippedTypes } from "./stripped-types.ts";

// Before anything else is loaded: half of a preview's time is the compilation of the Pulumi packages.
const cache = join(cacheRoot(process), "node");
enableCompileCache(join(cache, "compiled"));
keepStrippedTypes(join(cache, "stripped"));
// The Pulumi SDK takes a stack trace for each resource; mapping them all costs a third of a second, and nobody reads them.
process.setSourceMapsEnabled(process.argv.includes("--verbose"));
// Behind a company's proxy the gRPC library would ask it for the engine, which is on loopback.
process.env["no_grpc_proxy"] ??= "127.0.0.1,localhost";
// A reader that went away (`| head`, a closed terminal) must not stop the work half-way: its words go nowhere from then on.
// Unheard, the error would reach the Pulumi SDK, which takes it for the program's, and the engine would wait for ever.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") {
      throw error;
    }
  });
}
const { runCli } = await import("./run.ts");
const exitCode = await runCli(process.argv.slice(2));
// Connections that are kept alive would hold the process for seconds; stdout may be a pipe that is still being written.
process.stdout.write("", () => process.exit(exitCode));
