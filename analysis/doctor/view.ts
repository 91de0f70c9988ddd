import type {
  AuthorizationPolicyObject,
  DestinationRuleObject,
  GatewayObject,
  PeerAuthenticationObject,
  VirtualServiceObject,
} from "../../mesh/kubernetes/objects.ts";

type Labels = Readonly<Record<string, string>>;

interface Named {
  readonly name: string;
  readonly namespace: string;
}

/** A pod, as far as the doctor looks. */
export interface PodView extends Named {
  readonly labels: Labels;
  readonly annotations: Labels;
  /** Containers and init containers that stay, with their images. */
  readonly containers: readonly { readonly name: string; readonly image: string }[];
  readonly serviceAccount: string;
  readonly hostNetwork: boolean;
  /** Neither finished nor on its way out. */
  readonly alive: boolean;
  readonly ready: boolean;
  /** It is ready, and nothing of its images runs in it: in a sandbox. Default: no. */
  readonly isPlaceholder?: boolean;
  /** Undefined: it has none yet. */
  readonly node: string | undefined;
  /** What keeps it from starting, in Kubernetes' words; undefined where nothing does, or it has only just been made. */
  readonly obstacle?: string | undefined;
}

/** A pod that is gone and never ran, as one of a release that was rolled back, and what its events say. */
export interface LostPodView extends Named {
  readonly reason: string;
}

export interface NamespaceView {
  readonly name: string;
  readonly labels: Labels;
}

export interface ServiceView extends Named {
  readonly type: string;
  /** Undefined: its endpoints are made by somebody else. */
  readonly selector: Labels | undefined;
  readonly ports: readonly { readonly port: number; readonly targetPort: number | string | undefined }[];
  /** Addresses that a load balancer gave it. */
  readonly addresses: readonly string[];
  /** Endpoints that are ready. */
  readonly readyEndpoints: number;
}

/** An HTTPRoute or a Gateway of the Gateway API, and the Services that it leads to or is served by. */
export interface GatewayApiView extends Named {
  readonly kind: "HTTPRoute" | "Gateway";
  /** Hosts in full. */
  readonly services: readonly string[];
}

export interface AutoscalerView extends Named {
  readonly current: number;
  readonly desired: number;
  readonly min: number;
  readonly max: number;
}

/** A certificate in a Secret. */
export interface CertificateView extends Named {
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

/** A Certificate of cert-manager's. */
export interface IssuanceView extends Named {
  /** Secret that is to hold it. */
  readonly secretName: string;
  readonly ready: boolean;
  /** What cert-manager says of it; empty before it has looked. */
  readonly message: string;
}

/** What istiod sent a proxy last, and what the proxy took. */
export interface ProxyView {
  /** `pod.namespace`. */
  readonly proxy: string;
  /** Types of configuration of which the last was not taken, such as `cluster`. */
  readonly behind: readonly string[];
}

/** A call that the catalog declares. */
export interface DeclaredCall {
  readonly from: string;
  readonly to: string;
  readonly method: string;
  readonly path: string;
}

/** What a stack says of its application: its namespace, with or without sidecars, and the calls of its catalog. */
export interface Declared {
  readonly namespace: string;
  readonly mode: "sidecar" | "ambient";
  readonly calls: readonly DeclaredCall[];
}

/** A cluster as the doctor sees it: lists of live objects, read and never changed. */
export interface ClusterView {
  readonly now: number;
  readonly rootNamespace: string;
  readonly trustDomains: readonly string[];
  readonly namespaces: readonly NamespaceView[];
  readonly pods: readonly PodView[];
  readonly lostPods: readonly LostPodView[];
  readonly services: readonly ServiceView[];
  readonly autoscalers: readonly AutoscalerView[];
  readonly certificates: readonly CertificateView[];
  /** cert-manager's Certificates; undefined where it is represented and issues none, and where they may not be read. */
  readonly issuances: readonly IssuanceView[] | undefined;
  readonly virtualServices: readonly VirtualServiceObject[];
  readonly destinationRules: readonly DestinationRuleObject[];
  readonly gateways: readonly GatewayObject[];
  /**
   * Routes and Gateways of the Gateway API; waypoints and Gateways whose pods istiod makes are left out. Undefined where they may
   * not be read.
   */
  readonly gatewayApi: readonly GatewayApiView[] | undefined;
  readonly peerAuthentications: readonly PeerAuthenticationObject[];
  readonly authorizationPolicies: readonly AuthorizationPolicyObject[];
  /** From istiod's debug endpoint; undefined where it could not be asked. */
  readonly proxies: readonly ProxyView[] | undefined;
  /** Undefined where no stack is named. */
  readonly declared: Declared | undefined;
}

/** Whether labels carry all of a selector's. */
export function carries(labels: Labels, selector: Labels): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

/** The container that is Envoy. */
export function proxyOf({ containers }: PodView): { readonly image: string } | undefined {
  return containers.find(({ name }) => name === "istio-proxy");
}
