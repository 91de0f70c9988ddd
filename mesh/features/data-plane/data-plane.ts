import type { Requests } from "../../kubernetes/pod-requests.ts";
import type {
  CoreObject,
  HelmValues,
  IstioObject,
  KubernetesObject,
  VirtualServiceObject,
  WaypointObject,
} from "../../kubernetes/objects.ts";
import type { MeshConfig } from "../../stack/mesh.ts";

type Labels = Readonly<Record<string, string>>;

/** How the proxies count, as labels of Istio's standard metrics. */
export interface ProxyTelemetry {
  /** Label `reporter` of what callers get, failures to reach the service among it. */
  readonly caller: string;
  /** Label `reporter` of what the service does, with the version that answered. */
  readonly callee: string;
  /** Traffic without mutual TLS: its metrics, and its value of the label `connection_security_policy`. */
  readonly plainText: { readonly metrics: readonly string[]; readonly policy: string };
}

/** A proxy that many pods share. */
export interface SharedProxy {
  readonly name: string;
  readonly settings: Pick<MeshConfig["ambient"]["waypoint"], "replicas" | "resources">;
}

/**
 * What Istio's two data planes do differently: a sidecar in each pod, or (ambient) a ztunnel on each node and a waypoint for the
 * application's namespace. The whole difference is here; what else differs follows from `readsRequestsAt` and `tunnel`.
 */
export interface DataPlane {
  /** Where requests are read, routed and refused: in the pods, or at the waypoint in front of their Services. */
  readonly readsRequestsAt: "pod" | "waypoint";
  /** How traffic reaches a pod where not by the pod's own ports: the one port, and the address of the kubelet's probes. */
  readonly tunnel: { readonly port: number; readonly probes: string } | undefined;
  readonly telemetry: ProxyTelemetry;

  /** Labels by which a namespace's pods join the mesh. @param traffic `connections`: nothing in it is HTTP. */
  namespaceLabels(traffic: "requests" | "connections"): Labels;
  /** Annotations of a pod that has a proxy of its own: its version, and what it is told. None where it has none. */
  podAnnotations(own?: Labels): Labels;
  /** What a pod reserves for its own proxy. @param requests Default: those of `mesh.proxy`. */
  proxyRequests(requests?: Requests): readonly Requests[];
  /** Proxies that run once on each node, by name, with what each reserves. */
  nodeProxies(): readonly { readonly name: string; readonly requests: Requests }[];
  sharedProxies(): readonly SharedProxy[];

  /** The application's own proxies. */
  proxyObjects(): readonly (CoreObject | WaypointObject)[];
  /** Policies that keep every way to a pod closed that leads past its proxy. */
  proxyPolicies(): readonly IstioObject[];
  /** Policies and routes where they are enforced. @param objects as they are with sidecars */
  attach<T extends KubernetesObject>(objects: readonly T[]): T[];
  /** Routes of a gateway, of which some hand on to a service's own VirtualService. */
  gatewayRoutes(spec: VirtualServiceObject["spec"]): VirtualServiceObject["spec"];

  /** Chart values of istiod: its environment, those under `global`, and the others. */
  readonly istiod: { readonly environment: HelmValues; readonly global: HelmValues; readonly values: HelmValues };
  /** Chart values of istio-cni. */
  readonly cni: HelmValues;
  /** Chart values of istio-csr's server. */
  readonly certificateServer: HelmValues;
  /** Part of the proxies' default configuration. */
  readonly proxyConfig: HelmValues;
}
