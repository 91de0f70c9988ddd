/** Faults that a test puts into a live cluster, one at a time, and what the doctor has to say of each. */
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import type { FindingCode } from "../../analysis/doctor/finding.ts";
import type { KubernetesClient } from "../../sandbox/cluster/client.ts";
import { listAt, objectAt, stringAt } from "../../mesh/kubernetes/fields.ts";

/** One fault: made, looked at, and taken back. */
export interface DoctorCase {
  readonly code: FindingCode;
  readonly object: string | RegExp;
  readonly break: (client: KubernetesClient) => Promise<() => Promise<unknown>>;
}

const NETWORKING = "/apis/networking.istio.io/v1/namespaces/ecommerce";
const SECURITY = "/apis/security.istio.io/v1/namespaces/ecommerce";
const CORE = "/api/v1/namespaces";

/** Merges into an object (lists are replaced), and gives what puts the old values back. */
function patched(path: string, patch: (object: unknown) => object): DoctorCase["break"] {
  return async (client) => {
    const before = await client.call("GET", path);
    const send = (body: object) => client.call("PATCH", path, { body, contentType: "application/merge-patch+json" });
    const body = patch(before);
    await send(body);
    return () => send(undo(before, body));
  };
}

/** For each value of a merge patch the one that was there before: null takes it out again. */
function undo(before: unknown, patch: object): object {
  return Object.fromEntries(
    Object.entries(patch).map(([key, value]: [string, unknown]) => {
      const old = objectAt(before)[key];
      const nested = typeof value === "object" && value !== null && !Array.isArray(value) && old !== undefined;
      return [key, nested ? undo(old, value) : (old ?? null)];
    }),
  );
}

/** Makes an object, and gives what takes it away. */
function created(collection: string, object: () => Promise<object> | object, name: string): DoctorCase["break"] {
  return async (client) => {
    await client.call("POST", collection, { body: await object() });
    return () =>
      client.call("DELETE", `${collection}/${name}`, {
        body: { apiVersion: "v1", kind: "DeleteOptions", gracePeriodSeconds: 0 },
      });
  };
}

/** A pod that no scheduler looks at, with the words of one that found no node: so no event of it stays behind. */
async function withoutNode(client: KubernetesClient): Promise<() => Promise<unknown>> {
  const pods = `${CORE}/observability/pods`;
  const securityContext = {
    allowPrivilegeEscalation: false,
    runAsNonRoot: true,
    capabilities: { drop: ["ALL"] },
    seccompProfile: { type: "RuntimeDefault" },
  };
  const takeBack = await created(
    pods,
    () => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "homeless" },
      spec: { schedulerName: "nobody", containers: [{ name: "main", image: "registry/none:1", securityContext }] },
    }),
    "homeless",
  )(client);
  const condition = { type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/3 nodes" };
  await client.call("PATCH", `${pods}/homeless/status`, {
    body: { status: { conditions: [condition] } },
    contentType: "application/merge-patch+json",
  });
  return takeBack;
}

/** The first route of a VirtualService with another destination. */
function destination(change: object) {
  return (service: unknown) => {
    const [first, ...others] = listAt(service, "spec", "http");
    const [route, ...routes] = listAt(first, "route");
    const changed = { ...objectAt(route), destination: { ...objectAt(route, "destination"), ...change } };
    return { spec: { http: [{ ...objectAt(first), route: [changed, ...routes] }, ...others] } };
  };
}

async function certificate(days: number): Promise<object> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=shop",
    notBefore: new Date(Date.now() - 86_400_000),
    notAfter: new Date(Date.now() + days * 86_400_000),
    keys,
    signingAlgorithm: algorithm,
  });
  const data = { "tls.crt": Buffer.from(made.toString("pem")).toString("base64"), "tls.key": "" };
  return { apiVersion: "v1", kind: "Secret", metadata: { name: "old-tls" }, type: "kubernetes.io/tls", data };
}

const POD = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "bare" },
  spec: { containers: [{ name: "app", image: "sandbox.invalid/bare:1" }] },
};

/** Every fault that an object of the API server can show. */
export const DOCTOR_CASES: readonly DoctorCase[] = [
  { code: "pod-not-starting", object: "Pod observability/homeless", break: withoutNode },
  {
    code: "pod-without-sidecar",
    object: "Pod default/bare",
    // The pod was there before the namespace got its label.
    break: async (client) => {
      const remove = await created(`${CORE}/default/pods`, () => POD, "bare")(client);
      const unlabel = await patched(`${CORE}/default`, () => ({
        metadata: { labels: { "istio-injection": "enabled" } },
      }))(client);
      return async () => {
        await unlabel();
        await remove();
      };
    },
  },
  {
    code: "proxy-other-version",
    object: /^Pod ecommerce\/cart-v1-/,
    break: async (client) => {
      const list = await client.call("GET", `${CORE}/ecommerce/pods`, { query: { labelSelector: "app=cart" } });
      const name = stringAt(listAt(list, "items")[0], "metadata", "name") ?? "";
      const image = (to: string) =>
        client.call("PATCH", `${CORE}/ecommerce/pods/${name}`, {
          body: { spec: { initContainers: [{ name: "istio-proxy", image: to }] } },
          contentType: "application/strategic-merge-patch+json",
        });
      const [proxy] = listAt(listAt(list, "items")[0], "spec", "initContainers");
      await image("istio/proxyv2:1.28.0");
      return () => image(stringAt(proxy, "image") ?? "");
    },
  },
  {
    code: "route-to-missing-subset",
    object: "VirtualService ecommerce/cart",
    break: patched(`${NETWORKING}/virtualservices/cart`, destination({ subset: "v9" })),
  },
  {
    code: "route-to-unknown-host",
    object: "VirtualService ecommerce/cart",
    break: patched(`${NETWORKING}/virtualservices/cart`, destination({ host: "ghost.ecommerce.svc.cluster.local" })),
  },
  {
    code: "subset-without-pods",
    object: "DestinationRule ecommerce/cart",
    break: patched(`${NETWORKING}/destinationrules/cart`, (rule) => ({
      spec: { subsets: [...listAt(rule, "spec", "subsets"), { name: "v9", labels: { version: "v9" } }] },
    })),
  },
  {
    code: "mtls-mismatch",
    object: "DestinationRule ecommerce/cart",
    break: patched(`${NETWORKING}/destinationrules/cart`, () => ({
      spec: { trafficPolicy: { tls: { mode: "DISABLE" } } },
    })),
  },
  {
    code: "service-without-endpoints",
    object: "Service ecommerce/nobody",
    break: created(
      `${CORE}/ecommerce/services`,
      () => ({
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "nobody" },
        spec: { selector: { app: "nobody" }, ports: [{ port: 80 }] },
      }),
      "nobody",
    ),
  },
  {
    code: "gateway-without-pods",
    object: "Gateway ecommerce/ecommerce-gateway",
    break: patched(`${NETWORKING}/gateways/ecommerce-gateway`, () => ({ spec: { selector: { istio: "nowhere" } } })),
  },
  {
    code: "gateway-without-certificate",
    object: "Gateway ecommerce/ecommerce-gateway",
    break: patched(`${NETWORKING}/gateways/ecommerce-gateway`, (gateway) => ({
      spec: {
        servers: listAt(gateway, "spec", "servers").map((server) =>
          stringAt(server, "port", "protocol") === "HTTPS"
            ? { ...objectAt(server), tls: { mode: "SIMPLE", credentialName: "nothing-here" } }
            : server,
        ),
      },
    })),
  },
  {
    code: "gateway-without-address",
    object: "Service istio-ingress/istio-ingressgateway",
    break: patched(`${CORE}/istio-ingress/services/istio-ingressgateway/status`, () => ({
      status: { loadBalancer: { ingress: null } },
    })),
  },
  {
    code: "declared-call-denied",
    object: "Service ecommerce/payment",
    break: created(
      `${SECURITY}/authorizationpolicies`,
      () => ({
        apiVersion: "security.istio.io/v1",
        kind: "AuthorizationPolicy",
        metadata: { name: "no-payments" },
        spec: { selector: { matchLabels: { app: "payment" } }, action: "DENY", rules: [{}] },
      }),
      "no-payments",
    ),
  },
  {
    code: "autoscaler-at-its-top",
    object: "HorizontalPodAutoscaler istio-system/istiod",
    break: patched("/apis/autoscaling/v2/namespaces/istio-system/horizontalpodautoscalers/istiod/status", (scaler) => {
      const top = objectAt(scaler, "spec")["maxReplicas"];
      return { status: { currentReplicas: top, desiredReplicas: top } };
    }),
  },
  {
    code: "certificate-near-expiry",
    object: "Secret ecommerce/old-tls",
    break: created(`${CORE}/ecommerce/secrets`, () => certificate(10), "old-tls"),
  },
];
