import type { JsonObject, KubernetesObject } from "../../kubernetes/object.ts";
import { definition, flag, list, object, oneOf, text, texts } from "./crd-schema.ts";
import { permissiveCrds } from "./permissive-crds.ts";

/**
 * Karpenter's definitions, as far as this program writes them. Names, types, patterns, bounds and rules: Karpenter 1.14.3,
 * karpenter.sh/v1 and karpenter.k8s.aws/v1. A field that is not here is refused, although Karpenter may know it.
 */
export function karpenterCrds(): readonly KubernetesObject[] {
  return [
    definition(
      { group: "karpenter.sh", version: "v1", kind: "NodePool", plural: "nodepools", scope: "Cluster" },
      NODE_POOL,
    ),
    definition(
      { group: "karpenter.k8s.aws", version: "v1", kind: "EC2NodeClass", plural: "ec2nodeclasses", scope: "Cluster" },
      NODE_CLASS,
    ),
    // Made by Karpenter alone.
    ...permissiveCrds("karpenter.sh", ["v1"], ["NodeClaim"], "Cluster"),
  ];
}

const span: JsonObject = { type: "string", pattern: "^(([0-9]+(s|m|h))+|Never)$" };

function rule(expression: string, message: string): JsonObject {
  return { rule: expression, message };
}

/** Domains of Karpenter's own labels, which nobody else may set. */
const FREE_LABELS = rule(
  "self.all(x, !x.startsWith('karpenter.sh/') && x != 'kubernetes.io/hostname')",
  "labels of the domain karpenter.sh are restricted",
);

const REQUIREMENT = object(
  {
    key: { type: "string", maxLength: 316 },
    operator: oneOf("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", "Gte", "Lte"),
    values: list({ type: "string", maxLength: 63 }, { maxItems: 100 }),
    minValues: { type: "integer", minimum: 1, maximum: 50 },
  },
  ["key", "operator"],
);

const REQUIREMENT_RULES = [
  rule("self.all(x, x.operator == 'In' ? x.values.size() != 0 : true)", "operator 'In' must have a value"),
  rule(
    "self.all(x, x.operator in ['Gt', 'Lt', 'Gte', 'Lte'] ? (x.values.size() == 1 && int(x.values[0]) >= 0) : true)",
    "operators 'Gt', 'Lt', 'Gte' and 'Lte' must have a single positive integer",
  ),
];

const TAINT = object(
  { key: { type: "string", minLength: 1 }, value: text, effect: oneOf("NoSchedule", "PreferNoSchedule", "NoExecute") },
  ["effect", "key"],
);

const NODE_POOL = object(
  {
    template: object(
      {
        metadata: object({
          labels: { ...texts, maxProperties: 100, "x-kubernetes-validations": [FREE_LABELS] },
          annotations: texts,
        }),
        spec: object(
          {
            nodeClassRef: object(
              { group: text, kind: text, name: text },
              ["group", "kind", "name"],
              [rule("self.group != '' && self.kind != '' && self.name != ''", "nodeClassRef may not be empty")],
            ),
            requirements: list(REQUIREMENT, { maxItems: 100, "x-kubernetes-validations": REQUIREMENT_RULES }),
            taints: list(TAINT),
            startupTaints: list(TAINT),
            expireAfter: { ...span, default: "720h" },
            terminationGracePeriod: { type: "string", pattern: "^([0-9]+(s|m|h))+$" },
          },
          ["nodeClassRef", "requirements"],
        ),
      },
      ["spec"],
    ),
    limits: { type: "object", additionalProperties: { "x-kubernetes-int-or-string": true } },
    weight: { type: "integer", minimum: 1, maximum: 100 },
    disruption: object(
      {
        consolidationPolicy: oneOf("WhenEmpty", "WhenEmptyOrUnderutilized", "Balanced"),
        consolidateAfter: span,
        budgets: list(object({ nodes: { type: "string", pattern: "^((100|[0-9]{1,2})%|[0-9]+)$" } }, ["nodes"]), {
          maxItems: 50,
        }),
      },
      ["consolidateAfter"],
    ),
  },
  ["template"],
);

const TAGS = { ...texts, maxProperties: 20 };

function selector(properties: JsonObject, rules: readonly JsonObject[]): JsonObject {
  return list(object(properties), {
    maxItems: 30,
    "x-kubernetes-validations": [rule("self.size() != 0", "must select something"), ...rules],
  });
}

const EBS = object(
  {
    deleteOnTermination: flag,
    encrypted: flag,
    kmsKeyID: text,
    volumeSize: { type: "string", pattern: "^[1-9][0-9]{0,4}(Gi|G|Ti|T)$" },
    volumeType: oneOf("standard", "io1", "io2", "gp2", "sc1", "st1", "gp3"),
  },
  [],
  [rule("has(self.volumeSize)", "snapshotID or volumeSize must be defined")],
);

const NODE_CLASS = object(
  {
    amiSelectorTerms: list(
      object({
        alias: {
          type: "string",
          maxLength: 30,
          "x-kubernetes-validations": [
            rule("self.matches('^[a-zA-Z0-9]+@.+$')", "'alias' must match the format 'family@version'"),
            rule("self.split('@')[0] in ['al2', 'al2023', 'bottlerocket']", "family is not supported"),
          ],
        },
      }),
      { minItems: 1, maxItems: 30 },
    ),
    instanceProfile: { type: "string", minLength: 1 },
    role: { type: "string", minLength: 1 },
    subnetSelectorTerms: selector({ tags: TAGS, id: { type: "string", pattern: "subnet-[0-9a-z]+" } }, [
      rule("self.all(x, has(x.tags) || has(x.id))", "expected at least one of tags and id"),
      rule("!self.exists(x, has(x.id) && has(x.tags))", "'id' is mutually exclusive with tags"),
    ]),
    securityGroupSelectorTerms: selector({ tags: TAGS, id: { type: "string", pattern: "sg-[0-9a-z]+" }, name: text }, [
      rule("self.all(x, has(x.tags) || has(x.id) || has(x.name))", "expected at least one of tags, id and name"),
    ]),
    associatePublicIPAddress: flag,
    detailedMonitoring: flag,
    metadataOptions: object({
      httpEndpoint: oneOf("enabled", "disabled"),
      httpProtocolIPv6: oneOf("enabled", "disabled"),
      httpPutResponseHopLimit: { type: "integer", format: "int64", minimum: 1, maximum: 64 },
      httpTokens: oneOf("required", "optional"),
    }),
    blockDeviceMappings: list(object({ deviceName: text, ebs: EBS, rootVolume: flag }), { maxItems: 50 }),
    kubelet: object({ maxPods: { type: "integer", format: "int32", minimum: 0 } }),
    tags: {
      ...texts,
      maxProperties: 50,
      "x-kubernetes-validations": [
        rule(
          "self.all(k, k != '' && k != 'eks:eks-cluster-name' && !k.startsWith('kubernetes.io/cluster') && k != 'karpenter.sh/nodepool' && k != 'karpenter.sh/nodeclaim' && k != 'karpenter.k8s.aws/ec2nodeclass')",
          "tag is restricted",
        ),
      ],
    },
  },
  ["amiSelectorTerms", "securityGroupSelectorTerms", "subnetSelectorTerms"],
  [rule("has(self.role) != has(self.instanceProfile)", "must specify exactly one of ['role', 'instanceProfile']")],
);
