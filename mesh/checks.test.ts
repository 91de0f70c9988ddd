import assert from "node:assert/strict";
import { checkStack } from "./checks/index.ts";
import { stackData } from "../tests/support/stack-data.ts";
import type { PlainObject } from "./stack/plain-object.ts";

const CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/0d9c1f6e-0000-4000-8000-000000000000";

const REVISIONS = [{ version: "1.30.7" }, { version: "1.31.2" }];
const STABLE = { stable: "1-30-7" };
/** Two control planes small enough for the default nodes. */
const SMALL = { istiod: { replicas: { min: 1, max: 2 } } };
const OIDC = {
  issuer: "https://id.example.com",
  authUrl: "https://id.example.com/authorize",
  tokenUrl: "https://id.example.com/token",
  userInfoUrl: "https://id.example.com/userinfo",
  clientId: "mesh",
  clientSecret: { name: "kiali" },
};

/** Each case breaks one rule: what is changed of a good stack, and the one problem that must come of it. */
const REFUSED: readonly {
  readonly rule: string;
  readonly config?: PlainObject;
  readonly catalog?: PlainObject;
  readonly path: string;
  readonly says: RegExp;
}[] = [
  {
    rule: "a zone of another region",
    config: { platform: { zones: ["eu-west-1a", "us-east-1b", "eu-west-1c"] } },
    path: "platform.zones[1]",
    says: /expected a zone of eu-west-1; got "us-east-1b"/,
  },
  {
    rule: "a region of a partition with other names of services",
    config: { platform: { region: "cn-north-1", zones: ["cn-north-1a", "cn-north-1b", "cn-north-1c"] } },
    path: "platform.region",
    says: /a region of AWS or AWS GovCloud; got "cn-north-1" of AWS China/,
  },
  {
    rule: "a principal of another partition",
    config: { cluster: { access: { deployers: ["arn:aws-us-gov:iam::123456789012:role/ci"] } } },
    path: "cluster.access.deployers[0]",
    says: /an ARN of the partition aws, in which eu-west-1 lies; got "arn:aws-us-gov:/,
  },
  {
    rule: "a certificate of another partition",
    config: { traffic: { tls: { mode: "acm", certificateArn: CERTIFICATE.replace("arn:aws:", "arn:aws-us-gov:") } } },
    path: "traffic.tls.certificateArn",
    says: /an ARN of the partition aws/,
  },
  {
    rule: "a key of another region",
    config: { cluster: { encryptionKeyArn: "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d" } },
    path: "cluster.encryptionKeyArn",
    says: /expected a key in eu-west-1, the stack's region; got "arn:aws:kms:us-east-1:/,
  },
  {
    rule: "an application in the control plane's namespace",
    catalog: { namespace: "istio-system" },
    path: "namespace",
    says: /the application's alone; got "istio-system", which the platform uses/,
  },
  {
    rule: "an application in a namespace of Kubernetes",
    catalog: { namespace: "kube-system" },
    path: "namespace",
    says: /got "kube-system", which Kubernetes uses/,
  },
  {
    rule: "two ports of a gateway with one name",
    config: {
      mesh: {
        ingressGateway: {
          ports: [
            { name: "http2", port: 80, targetPort: 8080 },
            { name: "https", port: 443, targetPort: 8443 },
            { name: "http2", port: 81, targetPort: 8081 },
          ],
        },
      },
    },
    path: "mesh.ingressGateway.ports[2].name",
    says: /another name than that of ports\[0\]; got http2 twice/,
  },
  {
    rule: "two ports of a gateway with one number",
    config: {
      mesh: {
        egressGateway: {
          ports: [
            { name: "https", port: 443, targetPort: 8443 },
            { name: "tls", port: 443, targetPort: 9443 },
          ],
        },
      },
    },
    path: "mesh.egressGateway.ports[1].port",
    says: /got 443 twice/,
  },
  {
    rule: "two ports of a gateway that lead to one port of its pods",
    config: {
      mesh: {
        internalGateway: {
          enabled: true,
          replicas: { min: 1, max: 1 },
          ports: [
            { name: "http2", port: 80, targetPort: 8080 },
            { name: "http", port: 8080, targetPort: 8080 },
          ],
        },
      },
    },
    path: "mesh.internalGateway.ports[1].targetPort",
    says: /got 8080 twice/,
  },
  {
    rule: "a gateway on a port that the proxy uses itself",
    config: { mesh: { egressGateway: { ports: [{ name: "https", port: 443, targetPort: 15006 }] } } },
    path: "mesh.egressGateway.ports[0].targetPort",
    says: /Istio's proxy does not use itself; got 15006/,
  },
  {
    rule: "a gateway that opens the status port again",
    config: { mesh: { egressGateway: { ports: [{ name: "https", port: 15021, targetPort: 8443 }] } } },
    path: "mesh.egressGateway.ports[0].port",
    says: /got 15021/,
  },
  {
    rule: "a baseline of traffic policy that this Istio does not know",
    config: { mesh: { version: "1.30.7", defaultTrafficPolicy: {} } },
    path: "mesh.defaultTrafficPolicy",
    says: /expected Istio 1\.31\.0 or later, which knows it; got 1\.30\.7/,
  },
  {
    rule: "changes that are gathered for longer than they may be",
    config: { mesh: { istiod: { debounceMilliseconds: 2000, debounceMaxSeconds: 1 } } },
    path: "mesh.istiod.debounceMilliseconds",
    says: /at most mesh\.istiod\.debounceMaxSeconds, 1 s; got 2000 ms/,
  },
  {
    rule: "a proxy that drains for longer than its pod lives",
    config: { mesh: { proxy: { terminationDrainSeconds: 30 } } },
    path: "mesh.proxy.terminationDrainSeconds",
    says: /less than 30, the seconds after which Kubernetes kills a pod; got 30/,
  },
  {
    rule: "a pattern of statistics that Envoy cannot read",
    config: { mesh: { proxy: { stats: { inclusionRegexps: ["(?=cluster).*"] } } } },
    path: "mesh.proxy.stats.inclusionRegexps[0]",
    says: /a regular expression of RE2; got "\(\?=cluster\)\.\*"/,
  },
  {
    rule: "a zone twice",
    config: { platform: { zones: ["eu-west-1a", "eu-west-1a", "eu-west-1c"] } },
    path: "platform.zones[1]",
    says: /each zone once/,
  },
  {
    rule: "Services addressed out of the VPC",
    config: { cluster: { serviceCidr: "10.0.128.0/20" } },
    path: "cluster.serviceCidr",
    says: /apart from network\.cidr 10\.0\.0\.0\/16; got "10\.0\.128\.0\/20", which overlaps it/,
  },
  {
    rule: "a VPC too small for the zones",
    config: { network: { cidr: "10.0.0.0/24" } },
    path: "network.cidr",
    says: /from \/16 to \/20/,
  },
  {
    rule: "subnets that overlap",
    config: {
      network: {
        subnets: {
          public: ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"],
          private: ["10.0.16.0/20", "10.0.16.0/20", "10.0.48.0/20"],
          intra: ["10.0.3.0/28", "10.0.3.16/28", "10.0.3.32/28"],
        },
      },
    },
    path: "network.subnets.private[1]",
    says: /apart from network\.subnets\.private\[0\] 10\.0\.16\.0\/20/,
  },
  {
    rule: "a subnet outside the VPC",
    config: {
      network: {
        subnets: {
          public: ["10.0.0.0/24", "10.0.1.0/24", "10.9.2.0/24"],
          private: ["10.0.16.0/20", "10.0.32.0/20", "10.0.48.0/20"],
          intra: ["10.0.3.0/28", "10.0.3.16/28", "10.0.3.32/28"],
        },
      },
    },
    path: "network.subnets.public[2]",
    says: /inside network\.cidr/,
  },
  {
    rule: "fewer subnets than zones",
    config: {
      network: {
        subnets: {
          public: ["10.0.0.0/24"],
          private: ["10.0.16.0/20", "10.0.32.0/20", "10.0.48.0/20"],
          intra: ["10.0.3.0/28", "10.0.3.16/28", "10.0.3.32/28"],
        },
      },
    },
    path: "network.subnets.public",
    says: /one network for each of the 3 zones; got 1/,
  },
  { rule: "an Istio past its end", config: { mesh: { version: "1.29.9" } }, path: "mesh.version", says: /end of life/ },
  {
    rule: "an Istio with the AuthorizationPolicy bypass",
    config: { mesh: { version: "1.31.1" } },
    path: "mesh.version",
    says: /ISTIO-SECURITY-2026-007/,
  },
  {
    rule: "an Istio nobody knows",
    config: { mesh: { version: "2.0.0" } },
    path: "mesh.version",
    says: /not in the support table/,
  },
  {
    rule: "a tag at a revision that does not exist",
    config: { mesh: { ...SMALL, revisions: REVISIONS, tags: { stable: "1-30-7", canary: "1-31-3" } } },
    path: "mesh.tags.canary",
    says: /expected a revision of mesh\.revisions \(1-30-7, 1-31-2\); got "1-31-3"/,
  },
  {
    rule: "two revisions without a stable one",
    config: { mesh: { ...SMALL, revisions: REVISIONS } },
    path: "mesh.tags.stable",
    says: /as there are two: 1-30-7, 1-31-2/,
  },
  {
    rule: "two revisions of one name",
    config: {
      mesh: { ...SMALL, revisions: [...REVISIONS.slice(0, 1), { name: "1-30-7", version: "1.31.2" }], tags: STABLE },
    },
    path: "mesh.revisions[1]",
    says: /each revision once; got "1-30-7" twice/,
  },
  {
    rule: "a revision with a tag's name",
    config: { mesh: { revisions: [{ name: "canary", version: "1.30.7" }] } },
    path: "mesh.revisions[0].name",
    says: /a name that is no tag's; got "canary"/,
  },
  {
    rule: "two defaults, a revision and a tag",
    config: {
      mesh: {
        ...SMALL,
        revisions: [{ name: "default", version: "1.30.7" }, { version: "1.31.2" }],
        tags: { stable: "default", default: "1-31-2" },
      },
    },
    path: "mesh.tags.default",
    says: /expected one default; got the revision default and a tag default at "1-31-2"/,
  },
  {
    rule: "a version beside revisions",
    config: { mesh: { version: "1.30.7", revisions: [{ version: "1.30.7" }] } },
    path: "mesh.version",
    says: /expected no version beside mesh\.revisions/,
  },
  {
    rule: "tags without revisions",
    config: { mesh: { tags: { stable: "1-30-7" } } },
    path: "mesh.tags",
    says: /expected mesh\.revisions beside it/,
  },
  {
    rule: "a gateway's tag without revisions",
    config: { mesh: { ingressGateway: { revisionTag: "canary" } } },
    path: "mesh.ingressGateway.revisionTag",
    says: /expected mesh\.revisions beside it/,
  },
  {
    rule: "a namespace's tag without revisions",
    config: { catalog: { name: "ecommerce", revisionTag: "canary" } },
    path: "catalog.revisionTag",
    says: /expected mesh\.revisions beside it/,
  },
  {
    rule: "an upgrade to a flawed Istio",
    config: { mesh: { ...SMALL, revisions: [{ version: "1.30.7" }, { version: "1.31.1" }], tags: STABLE } },
    path: "mesh.revisions[1].version",
    says: /ISTIO-SECURITY-2026-007/,
  },
  {
    rule: "two minor versions at once",
    config: {
      mesh: { ...SMALL, revisions: [{ name: "1-30-7", version: "1.29.9" }, { version: "1.31.2" }], tags: STABLE },
    },
    path: "mesh.revisions",
    says: /one minor version at a time.*from 1\.29\.9 to 1\.31\.2 is more/,
  },
  {
    rule: "a Kubernetes that has left EKS's standard support",
    config: { cluster: { version: "1.33" } },
    path: "cluster.version",
    says: /Kubernetes 1\.33 left EKS's standard support on 2026-07-29/,
  },
  {
    rule: "a Kubernetes that EKS does not know",
    config: { cluster: { version: "1.37" } },
    path: "cluster.version",
    says: /expected a Kubernetes version in EKS's standard support; got "1\.37"/,
  },
  {
    rule: "an API server that nobody reaches",
    config: { cluster: { endpoint: { private: false } } },
    path: "cluster.endpoint.private",
    says: /expected true, because cluster\.endpoint\.publicCidrs is empty/,
  },
  {
    rule: "a principal with two access entries",
    config: {
      cluster: {
        access: { admins: ["arn:aws:iam::123456789012:role/ops"], viewers: ["arn:aws:iam::123456789012:role/ops"] },
      },
    },
    path: "cluster.access.viewers[0]",
    says: /expected each principal once; got "arn:aws:iam::123456789012:role\/ops" again/,
  },
  {
    rule: "weights that do not sum to 100",
    catalog: { services: { product: { versions: { v1: { weight: 70 } } } } },
    path: "services.product.versions",
    says: /sum to 100; got 90 \(v1: 70, v2: 20\)/,
  },
  {
    rule: "a second version without a weight",
    catalog: { services: { cart: { versions: { v1: { weight: 100 }, v2: {} } } } },
    path: "services.cart.versions.v2.weight",
    says: /expected a weight/,
  },
  {
    rule: "a single version that takes less than all",
    catalog: { services: { cart: { versions: { v1: { weight: 50 } } } } },
    path: "services.cart.versions",
    says: /got 50/,
  },
  {
    rule: "a call to a service that does not exist",
    catalog: { services: { cart: { calls: [{ to: "produkt", methods: ["GET"], paths: ["/"] }] } } },
    path: "services.cart.calls[0].to",
    says: /expected a service of the catalog; got "produkt"/,
  },
  {
    rule: "a call to itself",
    catalog: { services: { cart: { calls: [{ to: "cart", methods: ["GET"], paths: ["/"] }] } } },
    path: "services.cart.calls[0].to",
    says: /expected another service/,
  },
  {
    rule: "one callee named twice",
    catalog: {
      services: {
        cart: {
          calls: [
            { to: "product", methods: ["GET"], paths: ["/"] },
            { to: "product", methods: ["POST"], paths: ["/"] },
          ],
        },
      },
    },
    path: "services.cart.calls[1].to",
    says: /each called service once/,
  },
  {
    rule: "two services with one route",
    catalog: { services: { user: { routes: [{ prefix: "/cart" }] } } },
    path: "services.user.routes[0].prefix",
    says: /got "\/cart", which leads to cart already/,
  },
  {
    rule: "a service whose objects meet another's",
    catalog: { services: { "cart-mesh": {} } },
    path: "services",
    says: /two objects VirtualService cart-mesh/,
  },
  {
    rule: "a redirect to HTTPS without a certificate",
    config: { traffic: { tls: { mode: "none" } }, security: { exceptions: { "plain-http": "test of the redirect" } } },
    path: "traffic.httpsRedirect",
    says: /no HTTPS to redirect to/,
  },
  {
    rule: "a certificate without an https port",
    config: { mesh: { ingressGateway: { ports: [{ name: "http2", port: 80, targetPort: 8080 }] } } },
    path: "mesh.ingressGateway.ports",
    says: /a port named https/,
  },
  {
    rule: "ACM without a certificate",
    config: { traffic: { tls: { mode: "acm" } } },
    path: "traffic.tls.certificateArn",
    says: /expected the ARN of an ACM certificate/,
  },
  {
    rule: "a certificate of ACM that nothing uses",
    config: { traffic: { tls: { certificateArn: CERTIFICATE } } },
    path: "traffic.tls.certificateArn",
    says: /expected nothing, because traffic\.tls\.mode is existingSecret/,
  },
  {
    rule: "a certificate of ACM in another region than the load balancer",
    config: { traffic: { tls: { mode: "acm", certificateArn: CERTIFICATE.replace("eu-west-1", "us-east-1") } } },
    path: "traffic.tls.certificateArn",
    says: /a certificate in eu-west-1, the load balancer's region; got us-east-1/,
  },
  {
    rule: "ACM without a load balancer",
    config: {
      mesh: { ingressGateway: { serviceType: "ClusterIP" } },
      traffic: { tls: { mode: "acm", certificateArn: CERTIFICATE } },
    },
    path: "traffic.tls.mode",
    says: /got acm without a load balancer/,
  },
  {
    rule: "DNS records without a zone",
    config: { traffic: { dns: { enabled: true } } },
    path: "traffic.dns.zoneId",
    says: /expected the id of a hosted zone/,
  },
  {
    rule: "DNS records without a load balancer",
    config: {
      mesh: { ingressGateway: { serviceType: "NodePort" } },
      traffic: { dns: { enabled: true, zoneId: "Z0123456789ABCDEFGHIJ" } },
    },
    path: "traffic.dns.enabled",
    says: /got true without a load balancer/,
  },
  {
    rule: "connections that leave later than the gateway",
    config: { traffic: { loadBalancer: { deregistrationSeconds: 50 } } },
    path: "traffic.loadBalancer.deregistrationSeconds",
    says: /less than 50, the seconds that a leaving gateway still answers; got 50/,
  },
  {
    rule: "access logs of TLS that ends elsewhere",
    config: { traffic: { loadBalancer: { accessLogsBucket: "shop-access-logs" } } },
    path: "traffic.loadBalancer.accessLogsBucket",
    says: /AWS logs only the TLS that ends at the load balancer/,
  },
  {
    rule: "Kiali without Prometheus",
    config: { observability: { prometheus: { enabled: false }, grafana: { enabled: false } } },
    path: "observability.prometheus.enabled",
    says: /observability\.kiali reads from Prometheus/,
  },
  {
    rule: "metrics that do not fit on their volume",
    config: { observability: { prometheus: { retentionDays: 90, volume: { enabled: true, size: "20Gi" } } } },
    path: "observability.prometheus.retentionDays",
    says: /expected at most \d+, because the metrics of \d+ proxies fill 20Gi in that time; got 90/,
  },
  {
    rule: "two pods of a Prometheus that is one",
    config: { observability: { prometheus: { kind: "server", replicas: 2 } } },
    path: "observability.prometheus.replicas",
    says: /expected 1 with kind server/,
  },
  {
    rule: "a Secret of Alertmanager that nobody reads",
    config: { observability: { prometheus: { kind: "server" }, alertmanager: { configSecret: "told" } } },
    path: "observability.alertmanager.configSecret",
    says: /expected kind operator/,
  },
  {
    rule: "Datadog without a key",
    config: { observability: { collector: { exporters: { apm: { kind: "datadog" } } } } },
    path: "observability.collector.exporters.apm.keySecret",
    says: /expected the Secret that holds the API key/,
  },
  {
    rule: "an exporter without the collector that runs it",
    config: {
      observability: {
        collector: { enabled: false, exporters: { web: { kind: "otlphttp", endpoint: "https://o.example" } } },
      },
    },
    path: "observability.collector.enabled",
    says: /the exporter web runs in the collector/,
  },
  {
    rule: "a tag without a source",
    config: { observability: { tracing: { customTags: { shop: {} } } } },
    path: "observability.tracing.customTags.shop",
    says: /expected exactly one of header, environment and literal .*; got no source/,
  },
  {
    rule: "a service's tag with two sources",
    catalog: { services: { cart: { telemetry: { customTags: { shop: { header: "x-shop", literal: "one" } } } } } },
    path: "services.cart.telemetry.customTags.shop",
    says: /got header and literal/,
  },
  {
    rule: "a console for the world",
    config: { observability: { access: { hosts: { grafana: "grafana.example.com" } } } },
    path: "observability.access.oidc",
    says: /expected an identity provider/,
  },
  {
    rule: "a host of a console that is not there",
    config: {
      observability: {
        kiali: { enabled: false },
        access: { hosts: { kiali: "kiali.example.com" }, oidc: OIDC },
      },
    },
    path: "observability.access.hosts.kiali",
    says: /expected observability\.kiali to be installed/,
  },
  {
    rule: "a client's secret that Kiali does not find",
    config: {
      observability: {
        access: {
          hosts: { kiali: "kiali.example.com" },
          oidc: { ...OIDC, clientSecret: { name: "consoles", key: "secret" } },
        },
      },
    },
    path: "observability.access.oidc.clientSecret.key",
    says: /expected oidc-secret, the one key that Kiali reads; got secret/,
  },
  {
    rule: "a console on the application's host",
    config: {
      traffic: { hosts: ["shop.example.com"] },
      observability: { access: { hosts: { kiali: "shop.example.com" }, oidc: OIDC } },
    },
    path: "observability.access.hosts.kiali",
    says: /expected a host of its own/,
  },
  {
    rule: "plain text in production",
    config: { security: { mtls: "PERMISSIVE" } },
    path: "security.mtls",
    says: /PERMISSIVE takes plain text, which security\.profile production refuses/,
  },
  {
    rule: "an API server open to half of the world in production",
    config: { cluster: { endpoint: { publicCidrs: ["10.0.0.0/8", "128.0.0.0/1"] } } },
    path: "cluster.endpoint.publicCidrs[1]",
    says: /128\.0\.0\.0\/1 opens the API server to a large part of the world/,
  },
  {
    rule: "an API server open to the world in production",
    config: { cluster: { endpoint: { publicCidrs: ["203.0.113.0/24", "0.0.0.0/0"] } } },
    path: "cluster.endpoint.publicCidrs[1]",
    says: /opens the API server to the world/,
  },
  {
    rule: "a self-signed certificate in production",
    config: { traffic: { tls: { mode: "selfSigned" } } },
    path: "traffic.tls.mode",
    says: /no certificate that clients trust/,
  },
  {
    rule: "an image that can change under its name in production",
    catalog: { services: { user: { image: "registry.example:5000/user" } } },
    path: "services.user.image",
    says: /can change under its name/,
  },
  {
    rule: "a version's image that can change in production",
    catalog: { services: { product: { versions: { v2: { image: "example/product:latest" } } } } },
    path: "services.product.versions.v2.image",
    says: /can change under its name/,
  },
];

describe("cross-checks", () => {
  it("find nothing wrong with the shop on EKS", () => {
    assert.deepEqual(checkStack(stackData()), []);
  });

  for (const { rule, config, catalog, path, says } of REFUSED) {
    it(`refuse ${rule}`, () => {
      const problems = checkStack(stackData(config, catalog));
      assert.deepEqual(
        problems.map((problem) => problem.path),
        [path],
      );
      assert.match(problems[0]?.message ?? "", says);
    });
  }

  it("let a development stack, or an exception with its reason, do what production refuses", () => {
    const weak = { security: { mtls: "PERMISSIVE" }, cluster: { endpoint: { publicCidrs: ["0.0.0.0/0"] } } };
    assert.equal(checkStack(stackData(weak)).length, 2);
    assert.deepEqual(checkStack(stackData({ ...weak, security: { mtls: "PERMISSIVE", profile: "development" } })), []);
    const reasons = {
      "permissive-mtls": "until the batch jobs have sidecars",
      "open-endpoint": "runners without fixed addresses",
    };
    assert.deepEqual(checkStack(stackData({ ...weak, security: { mtls: "PERMISSIVE", exceptions: reasons } })), []);
  });

  it("let an upgrade leave a version that must not be installed any more", () => {
    const revisions = [{ version: "1.29.9" }, { version: "1.30.7" }];
    assert.deepEqual(
      checkStack(stackData({ mesh: { ...SMALL, revisions, tags: { stable: "1-29-9", canary: "1-30-7" } } })),
      [],
    );
    assert.equal(checkStack(stackData({ mesh: { revisions: revisions.slice(0, 1) } })).length, 1);
  });

  it("take a certificate of ACM in production", () => {
    assert.deepEqual(checkStack(stackData({ traffic: { tls: { mode: "acm", certificateArn: CERTIFICATE } } })), []);
  });

  it("name every problem at once", () => {
    const problems = checkStack(
      stackData(
        { mesh: { version: "1.29.9" }, cluster: { serviceCidr: "10.0.0.0/20" } },
        { services: { user: { routes: [{ prefix: "/cart" }] } } },
      ),
    );
    assert.deepEqual(problems.map(({ path }) => path).sort(), [
      "cluster.serviceCidr",
      "mesh.version",
      "services.user.routes[0].prefix",
    ]);
  });
});
