import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { KubernetesApi } from "../../cli/cluster/kubernetes-api.ts";
import { readLog } from "../../cli/cluster/logs.ts";
import { podsNamed, type FoundPod } from "../../cli/cluster/pods.ts";
import { proxiesOf } from "../../cli/doctor/proxies.ts";
import { podView } from "../../cli/doctor/views.ts";
import { connectThrough } from "../../cli/request/connect.ts";
import { sendTo } from "../../cli/request/run.ts";
import { sendRequests } from "../../cli/request/send-requests.ts";
import { readTarget } from "../../cli/request/target.ts";
import type { Cluster } from "../../cli/request/way.ts";
import { readStackFile, type Stack } from "../../mesh/load/load.ts";
import { explain } from "../../analysis/explain/explain.ts";
import { worldOf } from "../../cli/stack/stack-world.ts";
import type { Explanation } from "../../analysis/explain/types.ts";
import { NAMESPACES } from "../../mesh/kubernetes/names.ts";
import { KubernetesClient } from "../../sandbox/cluster/client.ts";
import { readKubeconfig } from "../../sandbox/cluster/kubeconfig.ts";
import { choosePodRuntime } from "../../sandbox/control-plane/pod-runtime.ts";
import { runningPlane } from "../../sandbox/driver/commands/kubeconfig.ts";
import { placesOf } from "../../sandbox/driver/paths.ts";
import { ensureToolchain } from "../../sandbox/toolchain/index.ts";
import { environmentOf, processesNamed } from "./machine.ts";
import { TemporaryProject } from "./mesh-command.ts";
import type { RequestReport } from "../../cli/request/report.ts";
import type { PlainObject } from "../../mesh/stack/plain-object.ts";

/** Milliseconds that proxies may take to get what istiod has for them. */
const SYNC_MS = 60_000;

/** What came of requests. */
export type Seen = Omit<RequestReport, "request" | "wanted">;

/** Where and how requests are sent. */
export interface SendOptions {
  /** As `mesh request --from`. Default: from outside. */
  readonly from?: string;
  /** Lines as curl takes them. */
  readonly headers?: readonly string[];
  /** Default 1. */
  readonly count?: number;
}

/** What a pod of the demo image outside the mesh has. */
export interface StrangerOptions {
  /** Environment of the demo image. */
  readonly env?: Readonly<Record<string, string>>;
  /** Secret of the namespace `default` that lies below `/secret`. */
  readonly secret?: string;
}

/** A stack of a temporary project whose proxies and applications really run. */
export class LiveMesh {
  readonly #cluster: Cluster;
  readonly #abort = new AbortController();
  #pods: Promise<readonly unknown[]> | undefined;

  private constructor(
    readonly project: TemporaryProject,
    readonly stack: Stack,
    readonly api: KubernetesApi,
    readonly client: KubernetesClient,
    readonly plane: ReturnType<typeof runningPlane>,
  ) {
    const list = (path: string) => (path === "/api/v1/pods" ? (this.#pods ??= api.list(path)) : api.list(path));
    this.#cluster = { world: worldOf(stack), api: { list, find: (path) => api.find(path) }, plane };
  }

  /**
   * Brings the stack `local` up with a catalog and waits until every proxy has its configuration.
   * @param catalog name of one that ships, or one of the test's own
   * @param settings what becomes of the stack's file
   */
  static async up(catalog: string | PlainObject, settings: (yaml: string) => string): Promise<LiveMesh> {
    const project = new TemporaryProject();
    const name = typeof catalog === "string" ? catalog : String(catalog["name"]);
    try {
      if (typeof catalog !== "string") {
        writeFileSync(project.path("catalogs", `${name}.yaml`), stringify(catalog));
      }
      const file = project.path("Pulumi.local.yaml");
      writeFileSync(file, settings(readFileSync(file, "utf8")));
      await project.json(["up", "local", "--catalog", name]);
      return await LiveMesh.of(project, name);
    } catch (error) {
      await project.remove();
      throw error;
    }
  }

  /** The stack `local` that is up with a catalog, once every proxy has its configuration. */
  static async of(project: TemporaryProject, catalog: string): Promise<LiveMesh> {
    const plane = runningPlane("local", placesOf({ projectDir: project.dir }));
    const client = new KubernetesClient(await readKubeconfig(plane.kubeconfig));
    const stack = readStackFile(project.dir, "local", catalog);
    const mesh = new LiveMesh(project, stack, new KubernetesApi(plane.kubeconfig), client, plane);
    await mesh.synced();
    return mesh;
  }

  /** Ends everything. */
  async down(): Promise<void> {
    this.#abort.abort();
    this.client.close();
    await this.project.remove();
  }

  /** Sends a request as `mesh request` does, and judges what comes back. */
  async send(text: string, { from, headers = [], count = 1 }: SendOptions = {}): Promise<Seen> {
    return sendTo(this.#cluster, readTarget(text, headers, from), count, this.#abort.signal);
  }

  /** Sends, and gives what did not agree with `explain`: empty where all did. */
  async differences(text: string, options: SendOptions = {}): Promise<string[]> {
    const { verdict } = await this.send(text, options);
    const where = `${text}${options.from === undefined ? "" : ` from ${options.from}`} ${(options.headers ?? []).join(" ")}`;
    return verdict === undefined ? [`${where}: not judged`] : verdict.because.map((why) => `${where}: ${why}`);
  }

  /** What `explain` says of a request before it is sent. */
  foretold(text: string, { from, headers = [] }: SendOptions = {}): Explanation {
    return explain(this.#cluster.world, readTarget(text, headers, from).request, Date.now() / 1000);
  }

  /** The statuses that came back, in the order of their ends. */
  async statuses(text: string, options: SendOptions = {}): Promise<(number | null)[]> {
    return (await this.send(text, options)).observation.replies.map(({ status }) => status);
  }

  /** Ready pods of a service, `name:version`. */
  async podsOf(service: string): Promise<readonly FoundPod[]> {
    return (await podsNamed(this.api, service)).filter(({ isReady }) => isReady);
  }

  /** Kills a program of a pod, as the kernel does when memory is short. @param program its file's name */
  kill(pod: string, program: string): void {
    const [pid] = processesNamed(program).filter((each) => environmentOf(each).includes(`HOSTNAME=${pod}`));
    assert.ok(pid !== undefined, `${pod} runs no ${program}`);
    process.kill(pid, "SIGKILL");
  }

  /** All log lines of a container of every pod of a service. */
  async logOf(service: string, container: string): Promise<string[]> {
    const lines: string[] = [];
    for (const pod of await this.podsOf(service)) {
      const part = { follow: false, previous: false, tail: undefined };
      await readLog(this.api, pod, container, part, (line) => lines.push(line), this.#abort.signal);
    }
    return lines;
  }

  /** How many requests for a path reached the containers of a service, `name:version`, by what the demo image logs. */
  async arrived(service: string, path: string): Promise<number> {
    const lines = await this.logOf(service, service.replace(/:.*/, ""));
    return lines.filter((line) => line.includes(` ${path} HTTP/`)).length;
  }

  /**
   * Lets the demo image of every pod of a service fail from now on, which it is asked inside of the pod, past the sidecar.
   * @param share of the requests, 0 to 1: they are answered with 500, evenly spread
   */
  async fail(service: string, share: number): Promise<void> {
    const port = this.stack.catalog.services[service]?.port;
    for (const pod of await this.podsOf(service)) {
      const { replies } = await sendRequests({
        open: () => connectThrough(this.plane.socket, `127.0.0.1:${port}`, pod),
        method: "GET",
        path: `/config/error_rate/${share}`,
        host: "localhost",
        count: 1,
        signal: this.#abort.signal,
      });
      assert.equal(replies[0]?.status, 200, replies[0]?.error);
    }
  }

  /**
   * Runs the demo image in a pod without a sidecar, in a namespace that is not injected, and waits until it is ready.
   * @returns its address
   */
  async stranger(name: string, { env = {}, secret }: StrangerOptions = {}): Promise<string> {
    const path = `/api/v1/namespaces/default/pods`;
    await this.client.call("POST", path, {
      body: {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, labels: { app: name } },
        spec: {
          terminationGracePeriodSeconds: 1,
          volumes: secret === undefined ? [] : [{ name: "secret", secret: { secretName: secret } }],
          containers: [
            {
              name: "app",
              image: "nicholasjackson/fake-service:v0.26.2",
              // A port below 1024 is root's.
              securityContext: { runAsUser: 0 },
              volumeMounts: secret === undefined ? [] : [{ name: "secret", mountPath: "/secret", readOnly: true }],
              env: Object.entries({ NAME: name, LISTEN_ADDR: "0.0.0.0:8080", ...env }).map(([key, value]) => ({
                name: key,
                value,
              })),
            },
          ],
        },
      },
    });
    this.forgetPods();
    return this.until(`pod ${name} is ready`, SYNC_MS, async () => {
      const view = podView(await this.client.call("GET", `${path}/${name}`));
      const pod = (await this.client.call("GET", `${path}/${name}`)) as { status?: { podIP?: string } };
      return view.ready ? pod.status?.podIP : undefined;
    });
  }

  /** Pods are listed once; whoever makes or ends some says so. */
  forgetPods(): void {
    this.#pods = undefined;
  }

  /** Lets CoreDNS know an address of a name that is not of the cluster. */
  async resolve(host: string, address: string): Promise<void> {
    const file = join(this.plane.kubeconfig, "..", "node", "hosts");
    writeFileSync(file, `${readFileSync(file, "utf8")}${address} ${host}\n`);
    // It looks at the file once a second.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }

  /** Waits until istiod says that every proxy has what it was sent. */
  async synced(): Promise<void> {
    await this.until("every proxy has its configuration", SYNC_MS, async () => {
      const pods = (await this.api.list("/api/v1/pods")).map(podView);
      const proxies = await proxiesOf(this.api, pods, NAMESPACES.istioSystem);
      const wanted = pods.filter(
        ({ alive, containers }) => alive && containers.some((one) => one.name === "istio-proxy"),
      ).length;
      return proxies?.length === wanted && proxies.every(({ behind }) => behind.length === 0) ? true : undefined;
    });
  }

  /** Asks again and again until the answer is not undefined. @throws Error after `timeoutMs`. */
  async until<T>(what: string, timeoutMs: number, ask: () => Promise<T | undefined>): Promise<T> {
    for (const deadline = Date.now() + timeoutMs; Date.now() < deadline;) {
      const answer = await ask();
      if (answer !== undefined) {
        return answer;
      }
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    throw new Error(`${what}: not within ${timeoutMs / 1000} s`);
  }
}

/** Skips a test, or all of a suite, where pods cannot run, and says why. */
export async function needsPods(context: Mocha.Context): Promise<void> {
  const runtime = await choosePodRuntime(await ensureToolchain(() => undefined));
  if (runtime.kind === "kwok") {
    console.error(`      pending: ${runtime.reason}`);
    context.skip();
  }
}

/** Does work on every item, a few at a time, and joins what comes of it. */
export async function onAll<T, R>(items: readonly T[], work: (item: T) => Promise<readonly R[]>): Promise<R[]> {
  const found: R[] = [];
  const queue = [...items];
  await Promise.all(
    Array.from({ length: 6 }, async () => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
        found.push(...(await work(item)));
      }
    }),
  );
  return found;
}
