import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { callerPods, gatewayAt, lookUp } from "../../analysis/explain/callers.ts";
import { enter, entrances, isRefusal, portOf } from "../../analysis/explain/entry.ts";
import { candidateHosts } from "../../analysis/explain/hosts.ts";
import type { World } from "../../analysis/explain/world.ts";
import { NAMESPACES, RELEASES } from "../../mesh/kubernetes/names.ts";
import { ConnectionRefused, connectThrough } from "./connect.ts";
import { readForwards } from "../../sandbox/cluster/forwards.ts";
import { encrypt } from "./tls.ts";
import type { ControlPlane } from "../../sandbox/contracts.ts";
import { stringAt } from "../../mesh/kubernetes/fields.ts";
import type { KubernetesApi } from "../cluster/kubernetes-api.ts";
import { podsNamed, PROXY_CONTAINER, type FoundPod } from "../cluster/pods.ts";
import type { Target } from "./target.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

/** How requests reach their target. */
export interface Way {
  /** For people, e.g. `istio-ingress/istio-ingressgateway, forwarded from 127.0.0.1:40123`. */
  readonly through: string;
  /** Opens a connection, with TLS where the target speaks it. */
  readonly open: () => Promise<Duplex>;
  /** What is to be said of the certificate, once a connection was opened; undefined without TLS. */
  readonly certificate: () => string | undefined;
}

/** A cluster whose mesh is asked. */
export interface Cluster {
  readonly world: World;
  readonly api: Pick<KubernetesApi, "list" | "find">;
  readonly plane: Pick<ControlPlane, "socket" | "forwards">;
}

/**
 * The way in from outside: through the forwarded port of the ingress gateway's Service. One that is no load balancer has
 * none, and is asked inside the cluster network, from beside the pods.
 */
export async function wayThroughGateway({ world, api, plane }: Cluster, { request }: Target): Promise<Way> {
  const entry = enter(entrances(world, undefined), request);
  const server = isRefusal(entry) ? undefined : entry.server;
  const { namespace, serviceAccount: service } = (isRefusal(entry) ? undefined : entry.workload) ?? {
    namespace: NAMESPACES.ingress,
    serviceAccount: RELEASES.ingressGateway,
  };
  const own = readForwards(plane.forwards).filter((one) => one.namespace === namespace && one.service === service);
  const port = portOf(request);
  const forward = own.find((one) => one.port === port);
  const forwardWords =
    own.length === 0
      ? ", from inside the cluster network"
      : forward === undefined
        ? ""
        : `, forwarded from 127.0.0.1:${forward.local}`;
  // Where TLS ends at the load balancer, the gateway's own port is plain.
  const speaksTls = request.scheme === "https" && server?.port.protocol !== "HTTP";
  const secret = server?.tls?.credentialName;
  const connection = async (): Promise<Duplex> => {
    if (own.length === 0) {
      return connectThrough(plane.socket, `${service}.${namespace}.svc.cluster.local:${port}`);
    }
    if (forward === undefined) {
      throw new ConnectionRefused(`${namespace}/${service} has no port ${port}`);
    }
    return localConnection(forward.local);
  };
  return {
    through: `${namespace}/${service}${forwardWords}`,
    ...(speaksTls
      ? withTls(
          connection,
          request.host,
          secret === undefined ? undefined : await certificateOf(api, namespace, secret),
        )
      : { open: connection, certificate: () => undefined }),
  };
}

/** A certificate to verify against, and the Secret that holds it. */
interface Trusted {
  readonly pem: string;
  readonly secret: string;
}

/** The certificate that the gateway serves, or that of its issuer where the Secret has it. */
async function certificateOf(api: Cluster["api"], namespace: string, name: string): Promise<Trusted | undefined> {
  const secret = await api.find(`/api/v1/namespaces/${namespace}/secrets/${name}`);
  const data = stringAt(secret, "data", "ca.crt") ?? stringAt(secret, "data", "tls.crt");
  return data === undefined
    ? undefined
    : { pem: Buffer.from(data, "base64").toString("utf8"), secret: `${namespace}/${name}` };
}

/**
 * The way from inside of a pod, through its sidecar where it has one.
 * @param pod as the API server knows it
 */
export function wayFromPod({ world, plane }: Cluster, pod: FoundPod, { request, hostname }: Target, port: number): Way {
  const host = inFull(world, hostname, pod.namespace);
  const connection = () => connectThrough(plane.socket, `${host}:${port}`, pod);
  return {
    through: `the pod ${pod.namespace}/${pod.name}${pod.containers.includes(PROXY_CONTAINER) ? "" : ", which has no sidecar"}`,
    ...(request.scheme === "https"
      ? withTls(connection, request.host, undefined)
      : { open: connection, certificate: () => undefined }),
  };
}

/**
 * A ready pod of the service that calls, of the version that `explain` speaks of.
 * @throws UnknownCallerError; CommandError `request.no-pod` where none is ready
 */
export async function callingPod({ world, api }: Cluster, { request, sender }: Target): Promise<FoundPod> {
  if (sender.kind === "pod" || request.from === undefined) {
    const name = sender.kind === "pod" ? `${sender.namespace}/${sender.name}` : "";
    return ready(await podsNamed(api, name), name);
  }
  const { namespace, labels } = callerPods(world, request.from);
  const version = labels["version"];
  const name = `${namespace}/${labels["app"] ?? request.from.service}${version === undefined ? "" : `:${version}`}`;
  return ready(await podsNamed(api, name), name);
}

function ready([first]: readonly [FoundPod, ...FoundPod[]], name: string): FoundPod {
  if (!first.isReady) {
    throw new CommandError(
      "request.no-pod",
      `no pod of ${name} is ready, so none can send requests`,
      "Why: npm run mesh -- status, and npm run mesh -- logs <stack> <pod>",
    );
  }
  return first;
}

/** As the resolver of a pod would complete the name: the one that a Service of the stack has. */
function inFull(world: World, hostname: string, namespace: string): string {
  const isKnown = (host: string): boolean => world.services.has(host) || gatewayAt(world, host) !== undefined;
  return candidateHosts(hostname, namespace).find(isKnown) ?? hostname;
}

/** The port that a URL of a caller in the mesh means: where it names none, the only one of the Service, as `explain` reads it. */
export function portFor(world: World, { request }: Target): number {
  const { port, from, host } = request;
  if (port !== undefined || from === undefined) {
    return portOf(request);
  }
  const target = lookUp(world, callerPods(world, from), host);
  const ports = target.kind === "service" ? (target.service.spec.ports ?? []) : [];
  return ports.length === 1 && ports[0] !== undefined ? ports[0].port : portOf(request);
}

function withTls(
  connection: () => Promise<Duplex>,
  host: string,
  trusted: Trusted | undefined,
): Pick<Way, "open" | "certificate"> {
  let said: string | undefined;
  return {
    open: async () => {
      const { connection: encrypted, unverified } = await encrypt(await connection(), host, trusted?.pem);
      said =
        unverified === undefined
          ? `verified against the Secret ${trusted?.secret ?? ""}`
          : `not verified: ${unverified}`;
      return encrypted;
    },
    certificate: () => said,
  };
}

async function localConnection(port: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(socket));
    socket.once("error", (error) => reject(new ConnectionRefused(error.message)));
  });
}
