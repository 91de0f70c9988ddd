import { problem, problemIf, type Problem } from "../stack/errors.ts";
import type { StackConfig } from "../stack/config.ts";
import { foreignPartition, partitionOf } from "./partition.ts";
import type { Check } from "../stack/check.ts";

/** The region is one that the program serves, and every ARN of the configuration is of its partition and region. */
export const checkPartition: Check = ({ config }) => {
  if (config.platform.kind !== "eks") {
    return [];
  }
  const { region } = config.platform;
  const foreign = foreignPartition(region);
  if (foreign !== undefined) {
    const message = `expected a region of AWS or AWS GovCloud; got "${region}" of ${foreign}`;
    const remediation = "services and endpoints have other names there, which this program does not know";
    return [problem("platform.region", message, remediation)];
  }
  return arns(config).flatMap((arn) => arnProblems(arn, region));
};

interface ConfiguredArn {
  readonly path: string;
  readonly arn: string;
  /** Whether it must lie in the stack's region; IAM's are of no region. */
  readonly regional: boolean;
}

function arns({ cluster, traffic, certificates }: StackConfig): ConfiguredArn[] {
  const principals = (["admins", "deployers", "viewers"] as const).flatMap((group) =>
    cluster.access[group].map((arn, index) => ({ path: `cluster.access.${group}[${index}]`, arn, regional: false })),
  );
  const others = [
    { path: "cluster.encryptionKeyArn", arn: cluster.encryptionKeyArn, regional: true },
    // The issuer is told its region.
    { path: "certificates.privateCa.arn", arn: certificates.privateCa.arn, regional: false },
    // Its region is checked with the load balancer, which needs it there.
    { path: "traffic.tls.certificateArn", arn: traffic.tls.certificateArn, regional: false },
  ];
  return [...principals, ...others.flatMap(({ arn, ...of }) => (arn === undefined ? [] : [{ arn, ...of }]))];
}

function arnProblems({ path, arn, regional }: ConfiguredArn, region: string): Problem[] {
  const [, partition = "", , arnRegion = ""] = arn.split(":");
  if (partition !== partitionOf(region)) {
    return [
      problem(
        path,
        `expected an ARN of the partition ${partitionOf(region)}, in which ${region} lies; got "${arn}"`,
        `partitions share no accounts: name one that begins with arn:${partitionOf(region)}:`,
      ),
    ];
  }
  return problemIf(
    regional && arnRegion !== region,
    path,
    `expected a key in ${region}, the stack's region; got "${arn}"`,
    "EKS takes keys of the cluster's own region only",
  );
}
