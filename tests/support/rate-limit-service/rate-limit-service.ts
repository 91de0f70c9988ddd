/** A real envoyproxy/ratelimit, built from its Go module, with a Redis in the same process. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DeploymentObject } from "../../../mesh/kubernetes/objects.ts";
import { freePorts } from "../free-ports.ts";
import { buildGoProgram } from "../go-program.ts";
import { MountedConfigMap } from "./mounted-config-map.ts";

/** Until then a condition must hold; on a machine that does nothing else it takes tenths of a second. */
const PATIENCE_MS = 60_000;

/** Builds the program into the user's cache, once. It took 56 s on two cores that others used too (2026-11-21). */
export async function buildRateLimitService(): Promise<string> {
  return buildGoProgram("rate-limit-service", join(import.meta.dirname, "go"));
}

/** What the service has to say of a file of limits: undefined when it loads it. */
export async function complaintOf(settings: string): Promise<string | undefined> {
  const program = await buildRateLimitService();
  const dir = mkdtempSync(join(tmpdir(), "mesh-limits-"));
  try {
    writeFileSync(join(dir, "config.yaml"), settings);
    const { ended } = run(program, ["-check", dir], {});
    const { code, stderr } = await ended;
    return code === 0 ? undefined : stderr;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** A service that runs on loopback. */
export interface RunningRateLimitService {
  readonly grpcPort: number;
  /** What its debugging port shows of the limits that it has. */
  limits(): Promise<string>;
  /** What Prometheus would read. */
  metrics(): Promise<string>;
  /** Brings it another file as a kubelet does. */
  change(settings: string): void;
  /** Ends it and removes its files. */
  stop(): Promise<void>;
}

/**
 * Starts it as a Deployment says: with its environment, and its file where the pod has it. Only addresses are others.
 * @throws Error with what it said when it is not ready in time
 */
export async function startRateLimitService(
  deployment: DeploymentObject,
  settings: string,
): Promise<RunningRateLimitService> {
  const program = await buildRateLimitService();
  const [container] = deployment.spec.template.spec.containers;
  const root = mkdtempSync(join(tmpdir(), "mesh-rate-limit-"));
  const config = new MountedConfigMap(join(root, container?.volumeMounts?.[0]?.mountPath ?? ""));
  const change = (content: string) => config.write({ "config.yaml": content });
  change(settings);

  const [http = 0, grpc = 0, debug = 0, metrics = 0, redis = 0] = await freePorts(5);
  const declared = Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value ?? "a-password"]));
  const { child, ended } = run(program, [], {
    ...declared,
    HOST: "127.0.0.1",
    PORT: String(http),
    GRPC_HOST: "127.0.0.1",
    GRPC_PORT: String(grpc),
    DEBUG_HOST: "127.0.0.1",
    DEBUG_PORT: String(debug),
    PROMETHEUS_ADDR: `127.0.0.1:${metrics}`,
    REDIS_URL: `127.0.0.1:${redis}`,
    RUNTIME_ROOT: join(root, declared["RUNTIME_ROOT"] ?? ""),
    // In the cluster every ten seconds.
    STATS_FLUSH_INTERVAL: "100ms",
  });
  const stop = async () => {
    child.kill("SIGKILL");
    await ended;
    rmSync(root, { recursive: true, force: true });
  };
  const text = async (port: number, path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  const ready = until(async () => (await text(http, container?.readinessProbe?.httpGet?.path ?? "")) === "OK");
  const failed = ended.then(({ stderr }) => Promise.reject(new Error(`the rate limit service ended: ${stderr}`)));
  try {
    await Promise.race([ready, failed]);
  } catch (error) {
    await stop();
    throw error;
  }
  // It ends when it is told to.
  failed.catch(() => undefined);
  return {
    grpcPort: grpc,
    limits: () => text(debug, "/rlconfig"),
    metrics: () => text(metrics, declared["PROMETHEUS_PATH"] ?? ""),
    change,
    stop,
  };
}

/** Waits until something holds; what cannot be asked does not hold yet. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await holds().catch(() => false))) {
    if (Date.now() > end) {
      throw new Error(`does not hold after ${PATIENCE_MS / 1000} s: ${holds.toString()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>;
}

function run(program: string, args: readonly string[], env: Readonly<Record<string, string>>): Run {
  const child = spawn(program, args, { env: { ...env }, stdio: ["ignore", "ignore", "pipe"] });
  const kill = () => void child.kill("SIGKILL");
  process.once("exit", kill);
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stderr }));
  }).finally(() => process.removeListener("exit", kill));
  return { child, ended };
}
