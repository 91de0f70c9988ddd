import { readStackFile } from "../../mesh/load/load.ts";
import { UnknownCallerError } from "../../analysis/explain/callers.ts";
import { explain } from "../../analysis/explain/explain.ts";
import { worldOf } from "../stack/stack-world.ts";
import type { MeshRequest } from "../../analysis/explain/types.ts";
import type { World } from "../../analysis/explain/world.ts";
import { namesOf } from "../../analysis/observation/names.ts";
import { judge } from "../../analysis/observation/verdict.ts";
import { sendRequests } from "./send-requests.ts";
import { runningPlane } from "../../sandbox/driver/commands/kubeconfig.ts";
import { Interrupted } from "../../sandbox/driver/errors.ts";
import type { Places } from "../../sandbox/driver/paths.ts";
import { KubernetesApi } from "../cluster/kubernetes-api.ts";
import type { FoundPod } from "../cluster/pods.ts";
import { UsageError } from "../support/exit-codes.ts";
import type { Target } from "./target.ts";
import { callingPod, portFor, wayFromPod, wayThroughGateway, type Cluster, type Way } from "./way.ts";
import type { RequestReport } from "./report.ts";

/**
 * Sends requests through the mesh of a running stack and judges them by `explain`.
 * @param catalog application with which the stack was brought up. Default: the stack's
 * @throws ConfigError, CommandError, UsageError, Interrupted
 */
export async function requestOf(
  places: Places,
  stackName: string,
  catalog: string | undefined,
  target: Target,
  count: number,
  signal: AbortSignal,
): Promise<Omit<RequestReport, "request" | "wanted">> {
  const world = worldOf(readStackFile(places.projectDir, stackName, catalog));
  const plane = runningPlane(stackName, places);
  const cluster: Cluster = { world, api: new KubernetesApi(plane.kubeconfig), plane };
  try {
    return await sendTo(cluster, target, count, signal);
  } catch (error) {
    if (signal.aborted) {
      throw new Interrupted("request", stackName);
    }
    throw error instanceof UnknownCallerError ? new UsageError(error.message) : error;
  }
}

/**
 * Sends requests through the mesh of a cluster and judges them by `explain`.
 * @throws CommandError; UnknownCallerError where the caller is no service of the stack
 */
export async function sendTo(
  cluster: Cluster,
  target: Target,
  count: number,
  signal: AbortSignal,
): Promise<Omit<RequestReport, "request" | "wanted">> {
  const { way, asked } = await wayOf(cluster, target);
  const { path, authority, request } = target;
  const { method, headers } = request;
  const observation = await sendRequests({
    open: way.open,
    method,
    path,
    host: authority,
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => name !== "host")),
    count,
    signal,
  });
  const { through } = way;
  const verdict = asked === undefined ? undefined : judgement(cluster.world, asked, observation.replies);
  return { through, certificate: way.certificate(), observation, verdict };
}

/** The way, and what `explain` is asked; undefined where it does not know the caller. */
async function wayOf(
  cluster: Cluster,
  target: Target,
): Promise<{ readonly way: Way; readonly asked: MeshRequest | undefined }> {
  if (target.sender.kind === "outside") {
    return { way: await wayThroughGateway(cluster, target), asked: target.request };
  }
  const pod = await callingPod(cluster, target);
  const asked = target.sender.kind === "pod" ? asService(cluster.world, target.request, pod) : target.request;
  const port = portFor(cluster.world, { ...target, request: asked ?? target.request });
  return { way: wayFromPod(cluster, pod, target, port), asked: asked === undefined ? undefined : { ...asked, port } };
}

/** A pod that belongs to a service of the stack calls as that service. */
function asService(world: World, request: MeshRequest, { labels, namespace }: FoundPod): MeshRequest | undefined {
  const [service, version] = [labels["app"], labels["version"]];
  const isKnown = [...world.services.values()].some(
    ({ metadata }) => metadata.name === service && metadata.namespace === namespace,
  );
  return service === undefined || !isKnown
    ? undefined
    : { ...request, from: version === undefined ? { service } : { service, version } };
}

function judgement(world: World, request: MeshRequest, replies: Parameters<typeof judge>[0]) {
  const explanation = explain(world, request, Date.now() / 1000);
  return judge(replies, explanation, namesOf(world, explanation));
}
