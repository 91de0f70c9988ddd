import { noWildcardPrincipal } from "./rules/principals.ts";
import { noPlainSecret } from "./rules/secrets.ts";
import { noOtherWayIn } from "./rules/services.ts";
import { UNKNOWN } from "./rules/values.ts";
import { deployment, describeRule, resource, type Case } from "../../tests/support/policy-cases.ts";

const RELEASE = "kubernetes:helm.sh/v3:Release";

function service(spec: unknown, name = "shop", namespace = "shop") {
  return resource("kubernetes:core/v1:Service", { metadata: { name, namespace }, spec });
}

describeRule(noOtherWayIn, [
  ["passes a ClusterIP", service({ type: "ClusterIP" }), []],
  ["passes the ingress gateway", service({ type: "LoadBalancer" }, "istio-ingressgateway", "istio-ingress"), []],
  ["refuses a load balancer", service({ type: "LoadBalancer" }), ["Service shop is a LoadBalancer"]],
  ["refuses a port of the nodes", service({ type: "NodePort" }), ["Service shop is a NodePort"]],
  [
    "refuses the gateway's name elsewhere",
    service({ type: "LoadBalancer" }, "istio-ingressgateway", "shop"),
    ["Service istio-ingressgateway is a LoadBalancer"],
  ],
  [
    "refuses addresses of its own",
    service({ externalIPs: ["203.0.113.1"] }),
    ["Service shop takes addresses of its own (externalIPs)"],
  ],
  [
    "refuses an Ingress",
    resource("kubernetes:networking.k8s.io/v1:Ingress", {}),
    ["an Ingress leads past the gateway"],
  ],
  [
    "refuses it in chart values",
    resource(RELEASE, { name: "grafana", values: { service: { type: "LoadBalancer" } } }),
    ["values.service.type is LoadBalancer"],
  ],
  ...["istio-ingressgateway", "istio-internalgateway", "istio-eastwestgateway"].map((name): Case => [
    `passes the chart of ${name}`,
    resource(RELEASE, { name, values: { service: { type: "LoadBalancer" } } }),
    [],
  ]),
  ["waits for a type that is not known", service({ type: UNKNOWN }), []],
]);

function allow(spec: unknown) {
  return resource("kubernetes:security.istio.io/v1:AuthorizationPolicy", { spec });
}
function from(source: unknown) {
  return allow({ action: "ALLOW", rules: [{ from: [{ source }] }] });
}
const EVERYBODY = "rule 0 names no caller, so it allows everybody";
function trust(Principal: unknown, more: object = {}) {
  return resource("aws:iam/role:Role", {
    assumeRolePolicy: JSON.stringify({ Statement: [{ Effect: "Allow", Principal, ...more }] }),
  });
}

describeRule(noWildcardPrincipal, [
  ["passes a named caller", from({ principals: ["cluster.local/ns/shop/sa/cart"] }), []],
  ["passes a policy that refuses everything", allow({}), []],
  ["passes DENY and CUSTOM for everybody", allow({ action: "DENY", rules: [{}] }), []],
  ...["*", "cluster.local/*", "*/sa/cart"].map((name): Case => [
    `refuses the principal ${name}`,
    from({ principals: [name] }),
    [`rule 0 allows ${name}`],
  ]),
  ["refuses every namespace", from({ namespaces: ["*"] }), ["rule 0 allows *"]],
  ["refuses a rule without callers", allow({ rules: [{ to: [{ operation: { methods: ["GET"] } }] }] }), [EVERYBODY]],
  ["refuses an empty source", from({}), [EVERYBODY]],
  ["refuses any token of anybody", from({ requestPrincipals: ["*"] }), [EVERYBODY]],
  [
    "takes a caller that a condition names",
    allow({ rules: [{ when: [{ key: "source.principal", values: ["cluster.local/ns/a/sa/b"] }] }] }),
    [],
  ],
  [
    "refuses a wildcard in a condition",
    allow({ rules: [{ when: [{ key: "source.namespace", values: ["*"] }] }] }),
    ["rule 0 allows *"],
  ],
  ["waits for callers that are not known", allow({ rules: [{ from: UNKNOWN }] }), []],
  ["waits for a principal that is not known", from({ principals: [UNKNOWN] }), []],
  ["waits for rules that are not known", allow({ rules: UNKNOWN }), []],
  ["passes a named account of AWS", trust({ AWS: "arn:aws:iam::123456789012:root" }), []],
  ["refuses every account of AWS", trust("*"), ["assumeRolePolicy allows every account of AWS"]],
  ["refuses it in a list", trust({ AWS: ["*"] }), ["assumeRolePolicy allows every account of AWS"]],
  ["passes it under a condition", trust("*", { Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } }), []],
  ["waits for a document that is not known", resource("aws:s3/bucketPolicy:BucketPolicy", { policy: UNKNOWN }), []],
]);

const KEY = "AKIA" + "IOSFODNN7EXAMPLE";
const PEM = "-----BEGIN " + "EC PRIVATE KEY-----\nabc";

describeRule(noPlainSecret, [
  [
    "passes a reference",
    deployment({ container: { env: [{ name: "DB_PASSWORD", valueFrom: { secretKeyRef: {} } }] } }),
    [],
  ],
  ["passes an ordinary variable", deployment({ container: { env: [{ name: "TOKEN_TTL", value: "60" }] } }), []],
  [
    "refuses one in an environment, without repeating it",
    deployment({ container: { env: [{ name: "DB_PASSWORD", value: "hunter2" }] } }),
    ["container shop has the secret DB_PASSWORD in its environment"],
  ],
  [
    "refuses one in chart values",
    resource(RELEASE, { values: { adminPassword: "hunter2" } }),
    ["values.adminPassword is a secret in plain text"],
  ],
  [
    "passes names of secrets in chart values",
    resource(RELEASE, {
      values: { admin: { existingSecret: "grafana", passwordKey: "p" }, signing_key: "secret:kiali:key" },
    }),
    [],
  ],
  [
    "refuses one in a ConfigMap",
    resource("kubernetes:core/v1:ConfigMap", { data: { "api-key": "hunter2" } }),
    ["data.api-key is a secret in plain text"],
  ],
  ["passes it in a Secret", resource("kubernetes:core/v1:Secret", { stringData: { password: "x", pem: PEM } }), []],
  [
    "refuses an access key anywhere",
    resource("aws:ec2/launchTemplate:LaunchTemplate", { userData: `export A=${KEY}` }),
    ["userData holds an AWS access key"],
  ],
  [
    "refuses a private key anywhere",
    deployment({ annotations: { note: PEM } }),
    ["spec.template.metadata.annotations.note holds a private key"],
  ],
  [
    "waits for a value that is not known",
    deployment({ container: { env: [{ name: "DB_PASSWORD", value: UNKNOWN }] } }),
    [],
  ],
]);
