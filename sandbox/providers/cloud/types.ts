import type { NodeSpec } from "../../contracts.ts";
import type { CloudStore, Properties } from "./store.ts";

export type { Properties } from "./store.ts";

/** How to reach the local API server that plays the EKS cluster. */
export interface ClusterAccess {
  /** `https://127.0.0.1:PORT`. */
  readonly server: string;
  /** A whole kubeconfig as JSON, with credentials: secret. */
  readonly kubeconfigJson: string;
}

/** Nodes that a node group brings, changes or takes away. */
export interface NodeGroupChange {
  readonly kind: "create" | "update" | "delete";
  /** Name of the node group, unique in the stack. */
  readonly name: string;
  /** All nodes the group has after the change; on `delete` those it had. */
  readonly nodes: readonly NodeSpec[];
}

/** What the driver gives: the local cluster behind the fake cloud. */
export interface CloudHooks {
  /** Called when an EKS cluster is created or its kubeconfig is asked for. Undefined: there is no control plane (previews). */
  readonly clusterAccess: () => ClusterAccess | undefined | Promise<ClusterAccess | undefined>;
  /** Called after a node group was accepted and before its creation, change or deletion is reported to the engine. */
  readonly onNodeGroup: (change: NodeGroupChange) => void | Promise<void>;
}

/** Where a resource lives. */
export interface Place {
  readonly region: string;
  /** Account number: AWS's own example account, so that nobody takes it for a real one. */
  readonly account: string;
  readonly partition: string;
}

/** What is known when a resource is made. */
export interface Making extends Place {
  readonly id: string;
  readonly urn: string;
  /** Logical name in the program. */
  readonly name: string;
  readonly inputs: Properties;
  readonly store: CloudStore;
  /** Only for clusters. */
  readonly access?: ClusterAccess | undefined;
}

/** How the fake treats one resource type. Everything is optional: an unknown type is echoed under a made-up id. */
export interface ResourceType {
  /** Ids are this prefix and 17 hexadecimal digits, as AWS makes them: `vpc` gives `vpc-0a1b...`. */
  readonly prefix?: string;
  /** Ids are these inputs joined by `:` (e.g. a role's name). */
  readonly idFrom?: readonly string[];
  /** Ids are what this makes of a hash of 32 hexadecimal digits, e.g. a UUID. */
  readonly idFromHash?: (hash: string) => string;
  /** Ids are the ARN. */
  readonly idIsArn?: boolean;
  /** The property that gets the logical name and a random suffix when the program does not set it. */
  readonly autoname?: string;
  /** The part of the ARN after the account, e.g. `vpc/vpc-0a1b`; with the service and whether it is regional. */
  readonly arn?: { readonly service: string; readonly global?: boolean; readonly resource: (making: Making) => string };
  /** Outputs that AWS sets when the program does not, known without making the resource. */
  readonly defaults?: Properties;
  /** Outputs that AWS decides: unknown in previews. */
  readonly assigned?: (making: Making) => Properties;
  /** Outputs that AWS decides again at every change in place, from the old ones: unknown in the change's preview. */
  readonly revised?: (oldOutputs: Properties) => Properties;
  /** Properties that cannot be changed in place. */
  readonly replaceOn?: readonly string[];
  /** False: it carries no tags, so the provider's default tags do not reach it. Default: false. */
  readonly taggable?: boolean;
}
