import type { NodePoolConfig } from "./schema/node-pool.ts";
import { type Architecture, INSTANCE_TYPES } from "./instance-types.ts";

/** Names of EKS's own images, by operating system and architecture. Source: EKS API, NodeGroup amiType. */
const AMI_TYPES: Readonly<Record<NodePoolConfig["image"], Readonly<Record<Architecture, string>>>> = {
  AL2023: { amd64: "AL2023_x86_64_STANDARD", arm64: "AL2023_ARM_64_STANDARD" },
  BOTTLEROCKET: { amd64: "BOTTLEROCKET_x86_64", arm64: "BOTTLEROCKET_ARM_64" },
};

/** Device that holds images and pods: Bottlerocket keeps its system on a small volume of its own, `/dev/xvda`. */
const DATA_DEVICES: Readonly<Record<NodePoolConfig["image"], string>> = {
  AL2023: "/dev/xvda",
  BOTTLEROCKET: "/dev/xvdb",
};

/** EKS's image for a pool: its operating system, for the architecture of its first instance type. */
export function amiType({ image, instanceTypes }: NodePoolConfig): string {
  const architecture = INSTANCE_TYPES[instanceTypes[0] ?? ""]?.architecture ?? "amd64";
  return AMI_TYPES[image][architecture];
}

/** Every volume of a node, with its size in GiB; all of them must be named, or the image's own stays unencrypted. */
export function nodeVolumes({
  image,
  diskSizeGiB,
}: Pick<NodePoolConfig, "image" | "diskSizeGiB">): { readonly device: string; readonly sizeGiB: number }[] {
  const data = { device: DATA_DEVICES[image], sizeGiB: diskSizeGiB };
  return image === "BOTTLEROCKET" ? [{ device: "/dev/xvda", sizeGiB: 4 }, data] : [data];
}
