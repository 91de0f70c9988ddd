import type { StackConfig } from "../../stack/config.ts";
import type { HelmValue } from "../../kubernetes/objects.ts";
import { type PolicyDocument, policyDocument } from "../../aws/iam/policy.ts";

/**
 * As in the example of AWS: smaller batches than Prometheus's own 2000, and more of them at a time than its 50. Sources: Amazon
 * Managed Service for Prometheus user guide, "Ingest metrics from a new Prometheus server"; prometheus.io, queue_config.
 * The operator's custom resource and Prometheus's own configuration spell the keys differently.
 */
const BATCHES = {
  operator: { queueConfig: { maxSamplesPerSend: 1000, maxShards: 200, capacity: 2500 } },
  server: { queue_config: { max_samples_per_send: 1000, max_shards: 200, capacity: 2500 } },
} as const;

/** Where Prometheus also writes every sample: the workspace of Amazon's service first, then the others. */
export function remoteWrites(config: StackConfig): HelmValue[] {
  const { remoteWrite, kind } = config.observability.prometheus;
  const workspaces = managedWorkspaces(config).map(({ region, workspaceId }) => ({
    url: `https://aps-workspaces.${region}.amazonaws.com/workspaces/${workspaceId}/api/v1/remote_write`,
    sigv4: { region },
    ...BATCHES[kind],
  }));
  const others = remoteWrite.map(({ url, region }) => ({ url, ...(region !== undefined && { sigv4: { region } }) }));
  return [...workspaces, ...others];
}

/** What Prometheus's pods may do on AWS: write into that workspace. Undefined where they need nothing. */
export function remoteWritePolicy(config: StackConfig): PolicyDocument | undefined {
  const Resource = managedWorkspaces(config).map(
    ({ region, workspaceId }) => `arn:${partitionOf(region)}:aps:${region}:*:workspace/${workspaceId}`,
  )[0];
  return Resource === undefined
    ? undefined
    : policyDocument([{ Sid: "RemoteWrite", Effect: "Allow", Action: ["aps:RemoteWrite"], Resource }]);
}

/** The workspace of Amazon Managed Service for Prometheus, or none. */
function managedWorkspaces({ observability, platform }: StackConfig): { region: string; workspaceId: string }[] {
  const { amazonManagedPrometheus: managed } = observability.prometheus;
  const region = managed?.region ?? (platform.kind === "eks" ? platform.region : undefined);
  return managed === undefined || region === undefined ? [] : [{ region, workspaceId: managed.workspaceId }];
}

function partitionOf(region: string): string {
  return region.startsWith("cn-") ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
