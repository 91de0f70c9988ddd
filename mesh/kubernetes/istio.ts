/*
 * The fields of Istio's routes and policies that the model sets or explains. Written out: the generated types spell every
 * `oneOf` as a union of all its combinations, and two of them nested in each other are more than the compiler can hold.
 * That the objects are what Istio takes, the API server says in tests/e2e with its strict validation of fields.
 */

/** How a value is compared; without a field it need only be there. */
export interface StringMatch {
  exact?: string;
  prefix?: string;
  regex?: string;
}

/** Which requests a route takes; all that is said must hold. */
export interface HttpMatch {
  uri?: StringMatch;
  scheme?: StringMatch;
  method?: StringMatch;
  authority?: StringMatch;
  headers?: Record<string, StringMatch>;
  withoutHeaders?: Record<string, StringMatch>;
  queryParams?: Record<string, StringMatch>;
  sourceLabels?: Record<string, string>;
  sourceNamespace?: string;
  gateways?: string[];
  port?: number;
  ignoreUriCase?: boolean;
}

/** Pods that a request can go to. */
export interface Destination {
  host: string;
  subset?: string;
  port?: { number: number };
}

/** Changes of headers. */
export interface HeaderOperations {
  set?: Record<string, string>;
  add?: Record<string, string>;
  remove?: string[];
}

/** Changes of the headers of requests and responses. */
export interface Headers {
  request?: HeaderOperations;
  response?: HeaderOperations;
}

/** A destination and its share of the requests, in per cent. */
export interface HttpDestination {
  destination: Destination;
  weight?: number;
  headers?: Headers;
}

/** Retries, in Istio's words. */
export interface Retries {
  attempts: number;
  perTryTimeout?: string;
  retryOn?: string;
}

/** Failures on purpose. */
export interface Fault {
  delay?: { percentage: { value: number }; fixedDelay?: string; exponentialDelay?: string };
  abort?: { percentage: { value: number }; httpStatus: number };
}

/** What becomes of path and host before the service sees them. */
export interface Rewrite {
  uri?: string;
  uriRegexRewrite?: { match: string; rewrite: string };
  authority?: string;
}

/** An answer with another address. */
export interface Redirect {
  uri?: string;
  authority?: string;
  scheme?: string;
  port?: number;
  redirectCode?: number;
}

/** Which pages of other origins may call. */
export interface CorsPolicy {
  allowOrigins: StringMatch[];
  allowMethods?: string[];
  allowHeaders?: string[];
  exposeHeaders?: string[];
  maxAge?: string;
  allowCredentials?: boolean;
  unmatchedPreflights?: "FORWARD" | "IGNORE";
}

/** A route of a VirtualService. */
export interface HttpRoute {
  name?: string;
  match?: HttpMatch[];
  route?: HttpDestination[];
  delegate?: { name: string; namespace: string };
  redirect?: Redirect;
  directResponse?: { status: number; body?: { string?: string; bytes?: string } };
  rewrite?: Rewrite;
  timeout?: string;
  retries?: Retries;
  fault?: Fault;
  mirror?: Destination;
  mirrorPercentage?: { value: number };
  mirrors?: { destination: Destination; percentage?: { value: number } }[];
  headers?: Headers;
  corsPolicy?: CorsPolicy;
}

/** A route of connections that stay encrypted. */
export interface TlsRoute {
  match: { sniHosts: string[]; port?: number; gateways?: string[]; sourceLabels?: Record<string, string> }[];
  route: HttpDestination[];
}

/** A route of connections. */
export interface TcpRoute {
  match?: { port?: number; gateways?: string[] }[];
  route: HttpDestination[];
}

/** Specification of a VirtualService. Without hosts it is one that others delegate to. */
export interface VirtualServiceSpec {
  hosts?: string[];
  gateways?: string[];
  exportTo?: string[];
  http?: HttpRoute[];
  tls?: TlsRoute[];
  tcp?: TcpRoute[];
}

/** How one pod is chosen among all. */
export interface LoadBalancer {
  simple?: "ROUND_ROBIN" | "LEAST_REQUEST" | "RANDOM" | "PASSTHROUGH";
  consistentHash?: {
    httpHeaderName?: string;
    httpCookie?: { name: string; path?: string; ttl: string };
    httpQueryParameterName?: string;
    useSourceIp?: boolean;
  };
  warmup?: { duration: string };
  localityLbSetting?: {
    enabled: boolean;
    failover?: { from: string; to: string }[];
    failoverPriority?: string[];
    distribute?: { from: string; to: Record<string, number> }[];
  };
}

/** Bounds on what is open at a time. */
export interface ConnectionPool {
  tcp?: {
    maxConnections?: number;
    connectTimeout?: string;
    idleTimeout?: string;
    maxConnectionDuration?: string;
    tcpKeepalive?: { time?: string; interval?: string; probes?: number };
  };
  http?: {
    http1MaxPendingRequests?: number;
    http2MaxRequests?: number;
    maxRequestsPerConnection?: number;
    maxRetries?: number;
    idleTimeout?: string;
    h2UpgradePolicy?: "DEFAULT" | "DO_NOT_UPGRADE" | "UPGRADE";
  };
}

/** When a pod that fails is left alone. */
export interface OutlierDetection {
  consecutive5xxErrors?: number;
  consecutiveGatewayErrors?: number;
  interval?: string;
  baseEjectionTime?: string;
  maxEjectionPercent?: number;
  minHealthPercent?: number;
}

/** TLS of a connection that a proxy opens. */
export interface ClientTls {
  mode: "DISABLE" | "SIMPLE" | "MUTUAL" | "ISTIO_MUTUAL";
  caCertificates?: string;
  sni?: string;
  subjectAltNames?: string[];
}

/** How callers reach a host, or one subset of it. */
export interface Policy {
  loadBalancer?: LoadBalancer;
  connectionPool?: ConnectionPool;
  outlierDetection?: OutlierDetection;
  tls?: ClientTls;
  portLevelSettings?: (Policy & { port: { number: number } })[];
}

/** Specification of a DestinationRule. */
export interface DestinationRuleSpec {
  host: string;
  exportTo?: string[];
  trafficPolicy?: Policy;
  subsets?: { name: string; labels?: Record<string, string>; trafficPolicy?: Policy }[];
}
