import { imageDigest, noLatestImage, noPrivilegedPod, probes, requestsAndLimits } from "./rules/pods.ts";
import { UNKNOWN } from "./rules/values.ts";
import { deployment, describeRule, resource, type Case } from "../../tests/support/policy-cases.ts";

const RELEASE = "kubernetes:helm.sh/v3:Release";
const unknownPod = deployment({ spec: { containers: UNKNOWN } });

const contexts: Case[] = [
  [{ privileged: true }, "is privileged"],
  [{ allowPrivilegeEscalation: true }, "allows privilege escalation"],
  [{ runAsUser: 0 }, "runs as root"],
  [{ capabilities: { add: ["NET_ADMIN"] } }, "adds NET_ADMIN"],
].map(([securityContext, what]) => [
  `refuses a container that ${what as string}`,
  deployment({ container: { securityContext } }),
  [`container shop ${what as string}`],
]);

describeRule(noPrivilegedPod, [
  ["passes a pod that drops everything", deployment(), []],
  ["passes what is no pod", resource("aws:ec2/vpc:Vpc", { privileged: true }), []],
  ...contexts,
  ...["hostNetwork", "hostPID", "hostIPC"].map((key): Case => [
    `refuses ${key}`,
    deployment({ spec: { [key]: true } }),
    [`the pod sets ${key}`],
  ]),
  [
    "refuses a folder of the node",
    deployment({ spec: { volumes: [{ name: "logs", hostPath: { path: "/var/log" } }] } }),
    ["volume logs is a folder of the node (hostPath)"],
  ],
  [
    "refuses root in the whole pod, and containers that only start it",
    deployment({
      spec: {
        securityContext: { runAsUser: 0 },
        initContainers: [{ name: "init", securityContext: { privileged: true } }],
      },
    }),
    ["the pod runs as root", "container init is privileged"],
  ],
  [
    "looks into CronJobs",
    resource("kubernetes:batch/v1:CronJob", {
      spec: { jobTemplate: { spec: { template: { spec: { hostPID: true } } } } },
    }),
    ["the pod sets hostPID"],
  ],
  [
    "looks into bare pods",
    resource("kubernetes:core/v1:Pod", { spec: { hostNetwork: true } }),
    ["the pod sets hostNetwork"],
  ],
  [
    "refuses it in chart values",
    resource(RELEASE, { values: { agent: { securityContext: { privileged: true } } } }),
    ["values.agent.securityContext.privileged is true"],
  ],
  ["waits for what is not known", deployment({ container: { securityContext: UNKNOWN }, spec: {} }), []],
  ["waits for containers that are not known", unknownPod, []],
]);

describeRule(noLatestImage, [
  ["passes a digest", deployment(), []],
  ["passes a version", deployment({ container: { image: "example.com/shop:1.2.3" } }), []],
  ["refuses latest", deployment({ container: { image: "shop:latest" } }), ["container shop: shop:latest can change"]],
  [
    "refuses no tag",
    deployment({ container: { image: "host:5000/shop" } }),
    ["container shop: host:5000/shop can change"],
  ],
  [
    "refuses it in chart values",
    resource(RELEASE, { values: { image: { tag: "latest" } } }),
    ["values.image.tag is latest"],
  ],
  ["passes a tag in chart values", resource(RELEASE, { values: { image: { tag: "1.2" } } }), []],
  ["waits for an image that is not known", deployment({ container: { image: UNKNOWN } }), []],
]);

describeRule(requestsAndLimits, [
  ["passes a container that states all", deployment(), []],
  [
    "names every figure that is missing",
    deployment({ container: { resources: { requests: { cpu: "1" } } } }),
    [
      "container shop has no requests.memory",
      "container shop has no limits.cpu",
      "container shop has no limits.memory",
    ],
  ],
  ["waits for figures that are not known", deployment({ container: { resources: UNKNOWN } }), []],
]);

describeRule(probes, [
  ["passes a container with one", deployment(), []],
  ["advises one", deployment({ container: { readinessProbe: undefined } }), ["container shop has no readinessProbe"]],
  ["passes what serves nothing", deployment({ container: { readinessProbe: undefined, ports: [] } }), []],
  ["waits for one that is not known", deployment({ container: { readinessProbe: UNKNOWN } }), []],
]);

describeRule(imageDigest, [
  ["passes a digest", deployment(), []],
  ["advises one", deployment({ container: { image: "shop:1.2" } }), ["container shop: shop:1.2 has no digest"]],
  ["waits for an image that is not known", deployment({ container: { image: UNKNOWN } }), []],
]);
