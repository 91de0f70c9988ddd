import type { StackData } from "../../mesh/stack/stack.ts";
import { stackData } from "./stack-data.ts";

const HEADERS = {
  request: { set: { "x-a": "1" }, add: { "x-b": "2" }, remove: ["x-c"] },
  response: { set: { "x-d": "3" }, remove: ["server"] },
};

const POOL = {
  tcp: {
    maxConnections: 100,
    connectTimeout: "30s",
    idleTimeout: "1h",
    maxConnectionDuration: "2h",
    tcpKeepalive: { time: "7200s", interval: "75s", probes: 3 },
  },
  http: {
    http1MaxPendingRequests: 10,
    http2MaxRequests: 100,
    maxRequestsPerConnection: 10,
    maxRetries: 3,
    idleTimeout: "60s",
    h2UpgradePolicy: "UPGRADE",
  },
};

const OUTLIERS = {
  consecutive5xxErrors: 5,
  consecutiveGatewayErrors: 3,
  interval: "30s",
  baseEjectionTime: "30s",
  maxEjectionPercent: 50,
  minHealthPercent: 30,
};

const FAULT = { delay: { percent: 0.1, fixedDelay: "5s" }, abort: { percent: 5, httpStatus: 500 } };

/** The shop with every key of the traffic language that exists, so that its objects hold every field that can be. */
export function wideStack(): StackData {
  const hosts = ["ecommerce.example.com", "pay.example.com"];
  return stackData(
    {
      security: { profile: "development" },
      cluster: { workloadPool: { desired: 6, max: 6 } },
      mesh: { internalGateway: { enabled: true } },
      traffic: {
        tls: { certificates: [{ hosts: ["pay.example.com"], credentialName: "pay" }] },
        rateLimitService: { address: "ratelimit.rate-limit.svc.cluster.local:8081" },
        internalGateway: {
          hosts: ["inside.example.com"],
          credentialName: "inside",
          callers: { services: ["cart"], clients: [{ addresses: ["10.0.0.0/16"], namespaces: ["batch"] }] },
        },
      },
    },
    {
      hosts,
      redirects: [{ prefix: "/old", path: "/products", host: "ecommerce.example.com", scheme: "https", code: 308 }],
      cors: {
        allowOrigins: ["https://a.example.com", { regex: "https://.*\\.example\\.com" }],
        allowMethods: ["GET"],
        allowHeaders: ["x-a"],
        exposeHeaders: ["x-d"],
        maxAge: "24h",
        allowCredentials: true,
      },
      externalServices: {
        plain: { host: "a.example.org", connectionPool: POOL, outlierDetection: OUTLIERS },
        encrypted: { host: "b.example.org", tls: "passthrough" },
        direct: { host: "c.example.org", egressGateway: false },
      },
      services: {
        payment: {
          versions: {
            v1: { headers: HEADERS },
            v2: { connectionPool: { tcp: { maxConnections: 50 } }, outlierDetection: { interval: "10s" } },
            v3: { loadBalancing: { consistentHash: { cookie: { name: "s", ttl: "1h" } } } },
          },
          rateLimits: {
            local: [
              { requests: 100, per: "second" },
              { requests: 10, per: "minute", header: "x-user-id", prefix: "/payment" },
            ],
            global: [{ requests: 1000, per: "minute", header: "x-user-id" }],
          },
          canary: { version: "v2", stable: "v1", phase: 2, match: { path: "/payment/new" } },
          trafficManagedBy: "flagger",
          protocol: "HTTP2",
          servicePort: 80,
          externalCalls: ["plain", "encrypted", "direct"],
          routes: [
            { prefix: "/payment", rewrite: { path: "/", authority: "pay.internal" }, headers: HEADERS },
            { prefix: "/payment/admin", gateways: ["ingress", "internal"] },
          ],
          rules: [
            {
              name: "all",
              match: {
                path: { exact: "/payment/7" },
                methods: ["GET", "POST"],
                headers: { a: "x", b: { prefix: "y" }, c: { regex: "z+" }, d: { present: true } },
                cookie: { name: "experiment", value: "version-b" },
                query: { e: "f", g: { present: true } },
              },
              version: "v3",
              headers: HEADERS,
            },
            { match: { source: { service: "order", version: "v1" } }, fault: FAULT, mirror: { version: "v3" } },
          ],
          timeout: "10s",
          retries: { attempts: 3, perTryTimeout: "2s", retryOn: ["5xx", "503"] },
          fault: FAULT,
          mirror: { version: "v3", percent: 10 },
          headers: HEADERS,
          connectionPool: POOL,
          outlierDetection: OUTLIERS,
          loadBalancing: {
            algorithm: "LEAST_REQUEST",
            warmup: "60s",
            locality: { failover: [{ from: "eu-west-1", to: "eu-central-1" }] },
          },
        },
        cart: { loadBalancing: { consistentHash: { header: "x-user-id" } } },
        order: { loadBalancing: { consistentHash: { sourceIp: true } } },
        user: {
          extraPorts: { tls: 9443 },
          passthrough: [{ hosts: ["raw.example.com"], port: 9443 }],
          loadBalancing: { consistentHash: { queryParameter: "id" } },
          routes: [{ prefix: "/users", hosts: ["pay.example.com"] }],
        },
        product: {
          loadBalancing: { locality: { distribute: [{ from: "eu-west-1/*", to: { "eu-west-1/*": 100 } }] } },
        },
      },
    },
  );
}
