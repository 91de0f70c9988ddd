import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { KubernetesApi } from "../../cli/cluster/kubernetes-api.ts";
import { readCluster } from "../../cli/doctor/read-cluster.ts";
import { notLookedAt } from "../../cli/output/doctor.ts";
import { proxiesFrom } from "../../cli/doctor/proxies.ts";
import { lostPods, obstacleOf } from "../../cli/doctor/pod-obstacles.ts";
import {
  certificateViews,
  httpRouteView,
  ingressViews,
  issuanceView,
  podView,
  representsCertManager,
  serviceView,
} from "../../cli/doctor/views.ts";
import { declaredCalls } from "../../cli/stack/declared-calls.ts";
import { diagnose } from "./diagnose.ts";
import { FINDING_CODES } from "./finding.ts";
import type { ClusterView, PodView, ServiceView } from "./view.ts";
import { EMPTY_CLUSTER } from "../../tests/support/empty-cluster.ts";
import { DOCTOR_CASES } from "../../tests/support/doctor-cases.ts";
import { stackData } from "../../tests/support/stack-data.ts";
import { PROJECT_DIRECTORY } from "../../tests/support/stacks.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

const POD: PodView = {
  name: "cart-1",
  namespace: "ecommerce",
  labels: { app: "cart", version: "v1" },
  annotations: {},
  containers: [{ name: "istio-proxy", image: "istio/proxyv2:1.30.7" }],
  serviceAccount: "cart",
  hostNetwork: false,
  alive: true,
  ready: true,
  node: "node-1",
};
const ISTIOD: PodView = {
  ...POD,
  name: "istiod-1",
  namespace: "istio-system",
  labels: { app: "istiod" },
  containers: [{ name: "discovery", image: "istio/pilot:1.30.7-distroless" }],
};
const SERVICE: ServiceView = {
  name: "cart",
  namespace: "ecommerce",
  type: "ClusterIP",
  selector: { app: "cart" },
  ports: [{ port: 8080, targetPort: 8080 }],
  addresses: [],
  readyEndpoints: 1,
};

const HEALTHY: ClusterView = {
  ...EMPTY_CLUSTER,
  namespaces: [{ name: "ecommerce", labels: { "istio-injection": "enabled" } }],
  pods: [ISTIOD, POD],
  services: [SERVICE],
};

function codes(change: Partial<ClusterView>): string[] {
  return diagnose({ ...HEALTHY, ...change }).map(({ code, object }) => `${code} ${object}`);
}

describe("the doctor", () => {
  it("finds nothing wrong with a healthy cluster", () => {
    assert.deepEqual(codes({}), []);
  });

  it("names a pod that does not start, with Kubernetes' reason, and not one that is on its way", () => {
    const waiting = (reason: string) => ({
      metadata: { name: "istiod-1", namespace: "istio-system", uid: "1" },
      status: {
        phase: "Pending",
        containerStatuses: [{ name: "discovery", ready: false, state: { waiting: { reason } } }],
      },
    });
    assert.equal(obstacleOf(waiting("ImagePullBackOff")), "container discovery is in ImagePullBackOff");
    assert.equal(obstacleOf(waiting("CrashLoopBackOff")), "container discovery is in CrashLoopBackOff");
    assert.equal(obstacleOf(waiting("ContainerCreating")), undefined);
    const homeless = { type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/3 nodes" };
    assert.equal(obstacleOf({ metadata: {}, status: { conditions: [homeless] } }), "Unschedulable: 0/3 nodes");
    const pods = [ISTIOD, { ...POD, ready: false, obstacle: "Unschedulable: 0/3 nodes" }];
    const [finding] = diagnose({ ...HEALTHY, pods });
    assert.equal(finding?.message, "it does not start: Unschedulable: 0/3 nodes");
    assert.deepEqual(codes({ pods }), ["pod-not-starting Pod ecommerce/cart-1"]);
    assert.deepEqual(codes({ pods: [ISTIOD, { ...POD, ready: false }] }), []);
  });

  it("names the pods of a release that was rolled back by their events, and none that ran, is there, or is long gone", () => {
    const now = Date.parse("2026-11-21T12:00:00Z");
    const event = (uid: string, reason: string, type = "Warning", lastTimestamp = "2026-11-21T11:55:00Z") => ({
      involvedObject: { kind: "Pod", name: `istiod-${uid}`, namespace: "istio-system", uid },
      ...{ reason, type, lastTimestamp, message: `because of ${uid}` },
    });
    const events = [
      event("pulled", "Failed"),
      event("ran", "BackOff"),
      event("ran", "Started", "Normal"),
      event("unplaced", "FailedScheduling"),
      event("placed", "FailedScheduling"),
      event("placed", "Scheduled", "Normal"),
      event("there", "Failed"),
      event("old", "Failed", "Warning", "2026-11-21T10:00:00Z"),
      event("stopping", "Unhealthy"),
      { ...event("deleted", "Failed"), message: 'Error: pods "istiod-deleted" not found' },
    ];
    const found = lostPods(events, [{ metadata: { uid: "there" } }], now);
    assert.deepEqual(
      found.map(({ name, reason }) => `${name} ${reason}`),
      ["istiod-pulled Failed: because of pulled", "istiod-unplaced FailedScheduling: because of unplaced"],
    );
    assert.deepEqual(codes({ lostPods: found.slice(0, 1) }), ["pod-not-starting Pod istio-system/istiod-pulled"]);
  });

  it("reads HTTPRoutes and the Gateways that they are bound to", () => {
    const metadata = { name: "cart", namespace: "ecommerce" };
    const mirror = { type: "RequestMirror", requestMirror: { backendRef: { name: "ghost", port: 1 } } };
    const route = httpRouteView({
      metadata,
      spec: { rules: [{ backendRefs: [{ name: "cart", port: 1 }], filters: [mirror] }] },
    });
    assert.deepEqual(codes({ gatewayApi: [route] }), ["route-to-unknown-host HTTPRoute ecommerce/cart"]);
    const gateway = (value: string) => ingressViews({ metadata, spec: { addresses: [{ type: "Hostname", value }] } });
    assert.deepEqual(codes({ gatewayApi: gateway("cart.ecommerce.svc.cluster.local") }), []);
    assert.deepEqual(codes({ gatewayApi: gateway("none.ecommerce.svc.cluster.local") }), [
      "gateway-without-pods Gateway ecommerce/cart",
    ]);
    assert.deepEqual(ingressViews({ metadata, spec: { gatewayClassName: "istio-waypoint" } }), []);
  });

  it("takes a pod without sidecar for a fault only where one belongs", () => {
    const bare = { ...POD, name: "bare", containers: [] };
    assert.deepEqual(codes({ pods: [ISTIOD, POD, bare] }), ["pod-without-sidecar Pod ecommerce/bare"]);
    const quiet = [
      { ...bare, hostNetwork: true },
      { ...bare, alive: false },
      { ...bare, annotations: { "sidecar.istio.io/inject": "false" } },
      { ...bare, namespace: "other" },
    ];
    assert.deepEqual(codes({ pods: [ISTIOD, POD, ...quiet] }), []);
  });

  it("takes a namespace that follows a revision for one of the mesh, unless it is switched off", () => {
    const pods = [ISTIOD, { ...POD, containers: [] }];
    const revision = { "istio.io/rev": "stable" };
    assert.equal(codes({ pods, namespaces: [{ name: "ecommerce", labels: revision }] }).length, 1);
    const off = { ...revision, "istio-injection": "disabled" };
    assert.deepEqual(codes({ pods, namespaces: [{ name: "ecommerce", labels: off }] }), []);
  });

  it("compares a proxy's version with every istiod that runs", () => {
    const older = { ...POD, containers: [{ name: "istio-proxy", image: "istio/proxyv2:1.29.9-distroless" }] };
    assert.deepEqual(codes({ pods: [ISTIOD, older] }), ["proxy-other-version Pod ecommerce/cart-1"]);
    const second = { ...ISTIOD, containers: [{ name: "discovery", image: "istio/pilot:1.29.9" }] };
    assert.deepEqual(codes({ pods: [ISTIOD, second, older] }), []);
  });

  it("names a proxy that has not taken what istiod sent last", () => {
    const proxies = proxiesFrom([
      { proxy: "cart-1.ecommerce", cluster_sent: "b", cluster_acked: "a", route_sent: "c", route_acked: "c" },
      { proxy: "user-1.ecommerce", cluster_sent: "b", cluster_acked: "b" },
    ]);
    const [finding, ...others] = diagnose({ ...HEALTHY, proxies });
    assert.deepEqual([finding?.code, finding?.object, others.length], ["proxy-out-of-sync", "Pod ecommerce/cart-1", 0]);
    assert.match(finding?.message ?? "", /cluster$/);
    assert.throws(() => proxiesFrom({ error: "no" }), /expected a list/);
  });

  it("names a Service that nobody answers for, but none whose endpoints somebody else makes", () => {
    const empty = { ...SERVICE, readyEndpoints: 0 };
    assert.deepEqual(codes({ services: [empty] }), ["service-without-endpoints Service ecommerce/cart"]);
    assert.deepEqual(codes({ services: [{ ...empty, selector: undefined }] }), []);
    assert.deepEqual(codes({ services: [{ ...empty, type: "ExternalName" }] }), []);
  });

  it("leaves routes to the world and to ServiceEntries alone", () => {
    const route = (host: string) => ({
      apiVersion: "networking.istio.io/v1" as const,
      kind: "VirtualService" as const,
      metadata: { name: "cart", namespace: "ecommerce" },
      spec: { hosts: ["cart"], http: [{ route: [{ destination: { host } }] }] },
    });
    for (const host of ["cart", "cart.ecommerce.svc.cluster.local", "api.stripe.com"]) {
      assert.deepEqual(codes({ virtualServices: [route(host)] }), [], host);
    }
    assert.deepEqual(codes({ virtualServices: [route("ghost")] }), [
      "route-to-unknown-host VirtualService ecommerce/cart",
    ]);
  });

  it("says of mutual TLS to pods without a sidecar that it fails", () => {
    const rule = {
      apiVersion: "networking.istio.io/v1" as const,
      kind: "DestinationRule" as const,
      metadata: { name: "cart", namespace: "ecommerce" },
      spec: { host: "cart", trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" as const } } },
    };
    const namespaces = [{ name: "ecommerce", labels: {} }];
    assert.deepEqual(codes({ destinationRules: [rule] }), []);
    assert.deepEqual(codes({ namespaces, destinationRules: [rule], pods: [ISTIOD, { ...POD, containers: [] }] }), [
      "mtls-mismatch DestinationRule ecommerce/cart",
    ]);
  });

  it("speaks of an autoscaler at its top only where it could have started more", () => {
    const top = { name: "cart", namespace: "ecommerce", current: 4, desired: 4, min: 2, max: 4 };
    assert.deepEqual(codes({ autoscalers: [top] }), ["autoscaler-at-its-top HorizontalPodAutoscaler ecommerce/cart"]);
    assert.deepEqual(codes({ autoscalers: [{ ...top, min: 4 }] }), []);
    assert.deepEqual(codes({ autoscalers: [{ ...top, current: 3, desired: 4 }] }), []);
  });

  it("warns of a certificate a month before its end, and calls it an error in the last week", () => {
    const ending = (days: number) => ({
      name: "tls",
      namespace: "ecommerce",
      key: "tls.crt",
      notAfter: HEALTHY.now + days * 86_400_000,
    });
    const severity = (days: number) => diagnose({ ...HEALTHY, certificates: [ending(days)] })[0]?.severity;
    assert.deepEqual([severity(40), severity(20), severity(3), severity(-1)], [undefined, "warning", "error", "error"]);
  });

  it("names a certificate that cert-manager could not get, and asks nothing where none is issued", () => {
    const issuance = {
      name: "shop-cert",
      namespace: "istio-ingress",
      secretName: "shop-cert",
      ready: false,
      message: "",
    };
    assert.deepEqual(codes({ issuances: [{ ...issuance, ready: true }] }), []);
    assert.deepEqual(codes({ issuances: undefined }), []);
    const [finding] = diagnose({ ...HEALTHY, issuances: [{ ...issuance, message: "Issuing certificate" }] });
    assert.equal(finding?.object, "Certificate istio-ingress/shop-cert");
    assert.match(finding.message, /shop-cert holds no valid certificate: Issuing certificate/);
  });

  it("names a gateway whose certificate is nowhere, or under another namespace than its pods", () => {
    const gateway = {
      apiVersion: "networking.istio.io/v1" as const,
      kind: "Gateway" as const,
      metadata: { name: "shop", namespace: "ecommerce" },
      spec: {
        selector: { istio: "ingressgateway" },
        servers: [
          {
            port: { number: 443, name: "https", protocol: "HTTPS" },
            hosts: ["shop.example.com"],
            tls: { mode: "SIMPLE" as const, credentialName: "shop-cert" },
          },
        ],
      },
    };
    const pod = { ...POD, name: "gateway-1", namespace: "istio-ingress", labels: { istio: "ingressgateway" } };
    const held = { name: "shop-cert", namespace: "istio-ingress", key: "tls.crt", notAfter: HEALTHY.now + 1e10 };
    const found = (certificates: ClusterView["certificates"]) =>
      codes({ pods: [ISTIOD, POD, pod], gateways: [gateway], certificates });
    assert.deepEqual(found([held]), []);
    for (const certificates of [[], [{ ...held, namespace: "ecommerce" }], [{ ...held, key: "ca-cert.pem" }]]) {
      assert.deepEqual(found(certificates), ["gateway-without-certificate Gateway ecommerce/shop"]);
    }
  });

  it("asks the policies about every call of the catalog", () => {
    const declared = declaredCalls(stackData());
    const { namespace, calls } = declared;
    assert.equal(namespace, "ecommerce");
    assert.ok(
      calls.some(({ from, to, method, path }) => `${from} ${to} ${method} ${path}` === "cart product GET /products/x"),
    );
    const denyAll = {
      apiVersion: "security.istio.io/v1" as const,
      kind: "AuthorizationPolicy" as const,
      metadata: { name: "deny-all", namespace: "ecommerce" },
      spec: {},
    };
    const order = { ...POD, name: "order-1", labels: { app: "order" }, serviceAccount: "order" };
    const found = codes({
      pods: [ISTIOD, POD, order],
      declared,
      authorizationPolicies: [denyAll],
    });
    assert.deepEqual(found, ["declared-call-denied Service ecommerce/cart"]);
  });

  it("is tested on a live cluster for every code that objects can show", () => {
    const live = new Set(DOCTOR_CASES.map(({ code }) => code));
    assert.deepEqual(
      FINDING_CODES.filter((code) => !live.has(code)),
      // istiod's own word, what would issue a certificate, and an ambient mesh's faults, which ambient.test.ts has.
      [
        "proxy-out-of-sync",
        "namespace-outside-ambient",
        "node-without-ztunnel",
        "pod-outside-ambient",
        "waypoint-without-pods",
        "certificate-not-issued",
      ],
    );
  });

  it("has a runbook in docs/operations.md for every code", () => {
    const text = readFileSync(join(PROJECT_DIRECTORY, "docs/operations.md"), "utf8");
    for (const code of FINDING_CODES) {
      assert.ok(text.includes(`\n### ${code}\n`), code);
    }
  });
});

describe("what the doctor reads", () => {
  it("are sidecars that are init containers, too", () => {
    const pod = podView({
      metadata: { name: "a", namespace: "b" },
      spec: {
        containers: [{ name: "app", image: "x" }],
        initContainers: [
          { name: "istio-proxy", image: "p", restartPolicy: "Always" },
          { name: "init", image: "y" },
        ],
      },
      status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
    });
    assert.deepEqual(
      pod.containers.map(({ name }) => name),
      ["app", "istio-proxy"],
    );
    assert.ok(pod.ready && pod.alive);
  });

  it("are the ready endpoints of a Service's own slices", () => {
    const slice = (service: string, ready: boolean) => ({
      metadata: { name: "s", namespace: "n", labels: { "kubernetes.io/service-name": service } },
      endpoints: [{ addresses: ["10.0.0.1"], conditions: { ready } }],
    });
    const service = { metadata: { name: "a", namespace: "n" }, spec: { selector: { app: "a" } } };
    assert.equal(serviceView(service, [slice("a", true), slice("a", false), slice("b", true)]).readyEndpoints, 1);
  });

  it("leaves out the Gateway API where it may not be read, and says so; any other failure ends it", async () => {
    const refusing = (code: string) =>
      ({
        list: (path: string) =>
          /gateway\.networking|cert-manager/.test(path)
            ? Promise.reject(new CommandError(code, "no"))
            : Promise.resolve([]),
      }) as unknown as KubernetesApi;
    const view = await readCluster(refusing("cluster.refused"), undefined);
    assert.equal(view.gatewayApi, undefined);
    assert.equal(view.issuances, undefined);
    assert.deepEqual(diagnose(view), []);
    assert.match(notLookedAt(view).join("\n"), /HTTPRoutes and Gateways/);
    assert.doesNotMatch(notLookedAt({ ...view, gatewayApi: [] }).join("\n"), /HTTPRoutes/);
    await assert.rejects(readCluster(refusing("cluster.unreachable"), undefined), /no/);
  });

  it("is a placeholder where a pod is ready and no image of its runs in it", () => {
    const isPlaceholder = (status: string, ...imageIDs: (string | undefined)[]) =>
      podView({
        metadata: { name: "a", namespace: "n" },
        status: {
          conditions: [{ type: "Ready", status }],
          containerStatuses: imageIDs.map((imageID) => ({ name: "a", imageID })),
        },
      }).isPlaceholder;
    assert.equal(isPlaceholder("True", "placeholder:docker.io/shop/a:1"), true);
    assert.equal(isPlaceholder("True", undefined), true);
    assert.equal(isPlaceholder("True", "docker.io/shop/a@sha256:0", "placeholder:docker.io/shop/b:1"), false);
    assert.equal(isPlaceholder("False", ""), false);
  });

  it("is what cert-manager says of a Certificate, and whether it runs at all", () => {
    const conditions = [{ type: "Ready", status: "False", message: "no such zone" }];
    const metadata = { name: "shop-cert", namespace: "istio-ingress" };
    const view = issuanceView({ metadata, spec: { secretName: "tls" }, status: { conditions } });
    assert.deepEqual(view, { ...metadata, secretName: "tls", ready: false, message: "no such zone" });
    const labels = { "app.kubernetes.io/name": "cert-manager" };
    const annotations = { "sandbox.ecommerce-mesh.dev/represents": "cert-manager-v1.21.1" };
    assert.equal(representsCertManager({ metadata: { labels } }), false);
    assert.equal(representsCertManager({ metadata: { labels, annotations } }), true);
  });

  it("passes over what is no certificate", () => {
    const data = { "tls.crt": Buffer.from("nothing").toString("base64") };
    assert.deepEqual(certificateViews({ metadata: { name: "a", namespace: "n" }, data }), []);
  });
});
