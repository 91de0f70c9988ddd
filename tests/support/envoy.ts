import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ensureProgram } from "../../sandbox/toolchain/index.ts";
import type { Json } from "../../mesh/kubernetes/objects.ts";
import { freePorts } from "./free-ports.ts";

const run = promisify(execFile);

const START_MS = 20_000;

/** Path of the sandbox's Envoy. @throws CommandError that says what is missing: no test passes without it. */
export async function envoyProgram(): Promise<string> {
  return ensureProgram("envoy", () => undefined);
}

/** An Envoy on loopback whose HTTP filters are those given, before a route to what answers 200 to everything. */
export class RunningEnvoy {
  readonly #child: ChildProcess;
  readonly #dir: string;
  readonly url: string;

  private constructor(child: ChildProcess, dir: string, port: number) {
    this.#child = child;
    this.#dir = dir;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Starts it. @throws Error with what it said when it does not come up. */
  static async start(
    filters: readonly Json[],
    clusters: readonly Json[] = [],
    routeFields: Json = {},
  ): Promise<RunningEnvoy> {
    const dir = mkdtempSync(join(tmpdir(), "mesh-envoy-"));
    const [port = 0, behind = 0] = await freePorts(2);
    writeFileSync(
      join(dir, "envoy.json"),
      JSON.stringify(bootstrap(filters, { tested: port, behind }, clusters, routeFields)),
    );
    const args = ["-c", join(dir, "envoy.json"), "--use-dynamic-base-id", "--concurrency", "1", "--log-level", "error"];
    const child = spawn(await envoyProgram(), args, { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    const envoy = new RunningEnvoy(child, dir, port);
    try {
      await envoy.#ready(() => said);
    } catch (error) {
      await envoy.stop();
      throw error;
    }
    return envoy;
  }

  /** Ends it and removes its files. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = new Promise((resolve) => this.#child.once("exit", resolve));
      this.#child.kill("SIGKILL");
      await ended;
    }
    rmSync(this.#dir, { recursive: true, force: true });
  }

  async #ready(said: () => string): Promise<void> {
    const end = Date.now() + START_MS;
    const { port } = new URL(this.url);
    while (!(await listens(Number(port)))) {
      if (this.#child.exitCode !== null || Date.now() > end) {
        throw new Error(`Envoy did not start: ${said()}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** What `envoy --mode validate` says of a configuration with these HTTP filters: empty when it takes it. */
export async function validate(
  filters: readonly Json[],
  clusters: readonly Json[] = [],
  routeFields: Json = {},
): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), "mesh-envoy-"));
  try {
    const file = join(dir, "envoy.json");
    writeFileSync(file, JSON.stringify(bootstrap(filters, { tested: 10_000, behind: 10_001 }, clusters, routeFields)));
    await run(await envoyProgram(), ["-c", file, "--mode", "validate", "--log-level", "error"]);
    return "";
  } catch (error) {
    return error instanceof Error && "stderr" in error ? String(error.stderr) : String(error);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Two listeners: the one under test, and behind it one that answers 200 to everything. Filters hold only for real routes. */
function bootstrap(
  filters: readonly Json[],
  ports: { readonly tested: number; readonly behind: number },
  clusters: readonly Json[],
  routeFields: Json,
): Json {
  const ok = { match: { prefix: "/" }, direct_response: { status: 200, body: { inline_string: "ok" } } };
  const onward = { match: { prefix: "/" }, route: { cluster: "behind" } };
  return {
    static_resources: {
      listeners: [
        listener("tested", ports.tested, filters, {
          name: "all",
          domains: ["*"],
          routes: [onward],
          ...(routeFields as Record<string, Json>),
        }),
        listener("behind", ports.behind, [], { name: "all", domains: ["*"], routes: [ok] }),
      ],
      clusters: [staticCluster("behind", ports.behind), ...clusters],
    },
  };
}

/** A cluster of one address on loopback. */
function staticCluster(name: string, port: number, fields: Readonly<Record<string, Json>> = {}): Json {
  const address = { socket_address: { address: "127.0.0.1", port_value: port } };
  return {
    name,
    connect_timeout: "1s",
    type: "STATIC",
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] },
    ...fields,
  };
}

/** The same of a server that speaks gRPC. */
export function grpcCluster(name: string, port: number): Json {
  return staticCluster(name, port, {
    typed_extension_protocol_options: {
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
        "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
        explicit_http_config: { http2_protocol_options: {} },
      },
    },
  });
}

function listener(name: string, port: number, filters: readonly Json[], virtualHost: Json): Json {
  const router = {
    name: "envoy.filters.http.router",
    typed_config: { "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router" },
  };
  const connectionManager = {
    name: "envoy.filters.network.http_connection_manager",
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
      stat_prefix: name,
      route_config: { virtual_hosts: [virtualHost] },
      http_filters: [...filters, router],
    },
  };
  return {
    name,
    address: { socket_address: { address: "127.0.0.1", port_value: port } },
    filter_chains: [{ filters: [connectionManager] }],
  };
}

async function listens(port: number): Promise<boolean> {
  const { connect } = await import("node:net");
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const end = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
}
