import type { StackConfig } from "../../stack/config.ts";
import type { HelmValue } from "../../kubernetes/objects.ts";
import { type PolicyDocument, policyDocument } from "../../aws/iam/policy.ts";

/**
 * As in the example of AWS: smaller batches than Prometheus's own 2000, and more of them at a time than its 50. Sources: Amazon
 * Managed Service for Prometheus user guide, "Ingest metrics from a new Prometheus server"; prometheus.io, queue_config.
 */
const BATCHES = { maxSamplesPerSend: 1000, maxShards: 200, capacity: 2500 } as const;

/**
 * Where Prometheus also writes every sample: the workspace of Amazon's service first, then the others. The operator's
 * custom resource and Prometheus's own configuration spell one key differently.
 */
export function remoteWrites(config: StackConfig): HelmValue[] {
  const { amazonManagedPrometheus: managed, remoteWrite, kind } = config.observability.prometheus;
  const region = managedRegion(config);
  const batches =
    kind === "operator"
      ? { queueConfig: BATCHES }
      : {
          queue_config: {
            max_samples_per_send: BATCHES.maxSamplesPerSend,
            max_shards: BATCHES.maxShards,
            capacity: BATCHES.capacity,
          },
        };
  return [
    ...(managed === undefined || region === undefined
      ? []
      : [
          {
            url: `https://aps-workspaces.${region}.amazonaws.com/workspaces/${managed.workspaceId}/api/v1/remote_write`,
            sigv4: { region },
            ...batches,
          },
        ]),
    ...remoteWrite.map(({ url, region: signed }) => ({
      url,
      ...(signed === undefined ? {} : { sigv4: { region: signed } }),
    })),
  ];
}

/** What Prometheus's pods may do on AWS: write into that workspace. Undefined where they need nothing. */
export function remoteWritePolicy(config: StackConfig): PolicyDocument | undefined {
  const { amazonManagedPrometheus: managed } = config.observability.prometheus;
  const region = managedRegion(config);
  if (managed === undefined || region === undefined) {
    return undefined;
  }
  return policyDocument([
    {
      Sid: "RemoteWrite",
      Effect: "Allow",
      Action: ["aps:RemoteWrite"],
      Resource: `arn:${partitionOf(region)}:aps:${region}:*:workspace/${managed.workspaceId}`,
    },
  ]);
}

function managedRegion({ observability, platform }: StackConfig): string | undefined {
  const { amazonManagedPrometheus: managed } = observability.prometheus;
  return managed === undefined
    ? undefined
    : (managed.region ?? (platform.kind === "eks" ? platform.region : undefined));
}

function partitionOf(region: string): string {
  return region.startsWith("cn-") ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
