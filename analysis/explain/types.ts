/** One HTTP request whose way through the mesh is asked for. */
export interface MeshRequest {
  /** Upper case, e.g. `GET`. */
  readonly method: string;
  readonly scheme: "http" | "https";
  /** Lower case, without port. */
  readonly host: string;
  /** Port of the URL; undefined where the URL has none. */
  readonly port: number | undefined;
  /** Path without query, beginning with `/`, normalized as proxies do. */
  readonly path: string;
  /** Query parameters as they are written, escapes and all; of a repeated one the first value. */
  readonly query: Readonly<Record<string, string>>;
  /** Headers by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Name of the gateway's Service where it comes in. Undefined: any that is reached from outside of the cluster. */
  readonly gateway?: string;
  /** Address that the first gateway sees; undefined: one that no policy names. */
  readonly address?: string;
  /** The service of the catalog that calls. Undefined: a client outside the mesh. */
  readonly from?: Caller;
}

/** A service that calls, and which of its versions. */
export interface Caller {
  readonly service: string;
  /** Default: the first version. */
  readonly version?: string;
}

/** One step of the way: the object that decided, which part of it, and what it decided. */
export interface TraceStep {
  /** Kind and `namespace/name`, e.g. `VirtualService ecommerce/product`. */
  readonly object: string;
  /** Part of the object, e.g. `http[1] canary`. Empty where it is the whole object. */
  readonly rule: string;
  readonly message: string;
}

/** Pods that may answer. */
export interface PodSet {
  readonly deployment: string;
  /** Bounds of the autoscaler; equal where there is none. */
  readonly min: number;
  readonly max: number;
}

/** Who would answer. */
export interface Answer {
  /** Name of the Kubernetes Service; of an external service its host. */
  readonly service: string;
  /** Label `version` of the pods; null where they carry none. */
  readonly version: string | null;
  /** 0 to 1. With failures all probabilities sum to 1. */
  readonly probability: number;
  readonly pods: readonly PodSet[];
}

/** A request that no pod answers: by a fault that is injected, a policy, or a destination that is not there. */
export interface Failure {
  /** Null where the connection is closed. */
  readonly status: number | null;
  readonly probability: number;
  readonly because: string;
}

/** A limit that holds on the way. */
export interface Limit {
  readonly kind: "connectionPool" | "outlierDetection" | "localRateLimit" | "globalRateLimit";
  /** The object that sets it. */
  readonly object: string;
  readonly message: string;
}

/** How often a request is tried again. */
export interface Retries {
  readonly attempts: number;
  readonly perTryTimeout: string | null;
  readonly retryOn: string;
  /** True where no object sets it: Istio's own. */
  readonly byDefault: boolean;
}

/** A version that gets a copy of requests. */
export interface MirrorTarget {
  readonly service: string;
  readonly version: string | null;
  /** Share of the requests that are copied. */
  readonly percent: number;
}

/** A delay that is injected. */
export interface DelayFault {
  readonly probability: number;
  readonly delay: string;
}

/** Workloads of the mesh by whether the policies of a destination let such a request pass, named by their ServiceAccounts. */
export interface Callers {
  readonly allowed: readonly string[];
  readonly refused: readonly string[];
}

/** What would become of a request. */
export interface Explanation {
  readonly answers: readonly Answer[];
  readonly failures: readonly Failure[];
  /** True when policies refuse every request like this one. */
  readonly denied: boolean;
  /** Status that the mesh itself gives; 200 where pods answer (theirs may differ); null when the connection is closed. */
  readonly status: number | null;
  /** Target of a redirect. */
  readonly location: string | null;
  /** Of the whole request, retries included; null: none. */
  readonly timeout: string | null;
  readonly retries: Retries | null;
  readonly delay: DelayFault | null;
  readonly limits: readonly Limit[];
  readonly mirror: readonly MirrorTarget[];
  /** Who may send such a request to the pods that it leads to; null where it leads to none. */
  readonly callers: Callers | null;
  readonly trace: readonly TraceStep[];
}
