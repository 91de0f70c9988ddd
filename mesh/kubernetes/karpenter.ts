import type { Specified } from "./metadata.ts";

/** A requirement of Karpenter on a node: a label and what it may be. */
interface NodeRequirement {
  readonly key: string;
  readonly operator: "In" | "Gte" | "Lte";
  readonly values: readonly string[];
}

/** Subnets or security groups for Karpenter's machines: by tags or by id. */
type SelectorTerm = { readonly tags: Readonly<Record<string, string>> } | { readonly id: string };

/** How Karpenter's machines start. Fields that this program sets; source: karpenter.k8s.aws/v1 of Karpenter 1.14. */
export type NodeClassObject = Specified<
  "karpenter.k8s.aws/v1",
  "EC2NodeClass",
  {
    readonly amiSelectorTerms: readonly { readonly alias: string }[];
    readonly instanceProfile: string;
    readonly subnetSelectorTerms: readonly SelectorTerm[];
    readonly securityGroupSelectorTerms: readonly SelectorTerm[];
    readonly associatePublicIPAddress: boolean;
    readonly metadataOptions: {
      readonly httpEndpoint: "enabled";
      readonly httpProtocolIPv6: "disabled";
      readonly httpPutResponseHopLimit: number;
      readonly httpTokens: "required";
    };
    readonly blockDeviceMappings: readonly {
      readonly deviceName: string;
      readonly ebs: {
        readonly volumeType: "gp3";
        readonly volumeSize: string;
        readonly encrypted: boolean;
        readonly deleteOnTermination: boolean;
      };
    }[];
    readonly kubelet: { readonly maxPods: number };
    readonly tags: Readonly<Record<string, string>>;
  }
>;

/** Which nodes Karpenter may start and end. Source: karpenter.sh/v1 of Karpenter 1.14. */
export type NodePoolObject = Specified<
  "karpenter.sh/v1",
  "NodePool",
  {
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: {
        readonly nodeClassRef: { readonly group: string; readonly kind: string; readonly name: string };
        readonly requirements: readonly NodeRequirement[];
        readonly taints?: readonly { readonly key: string; readonly value: string; readonly effect: "NoSchedule" }[];
        readonly expireAfter: string;
        readonly terminationGracePeriod?: string;
      };
    };
    readonly limits: { readonly cpu: string; readonly memory: string };
    readonly disruption: {
      readonly consolidationPolicy: string;
      readonly consolidateAfter: string;
      readonly budgets: readonly { readonly nodes: string }[];
    };
  }
>;

/** Karpenter's custom resources. */
export type KarpenterObject = NodeClassObject | NodePoolObject;
