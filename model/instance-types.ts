/**
 * EC2 instance types that node pools may use: pure data.
 *
 * vCPU and memory: AWS's instance type pages. Network interfaces and addresses: the table "Maximum IP addresses per
 * network interface" of the EC2 user guide, the same numbers as in eni-max-pods.txt of awslabs/amazon-eks-ami. As of 2026-11.
 */

/** CPU architecture as Kubernetes names it. */
export type Architecture = "amd64" | "arm64";

/** What a machine has, before the kubelet and the system take their share. */
export interface InstanceType {
  readonly vcpu: number;
  /** Nominal memory in MiB. */
  readonly memoryMiB: number;
  /** Network interfaces that may be attached. */
  readonly interfaces: number;
  /** IPv4 addresses a network interface. */
  readonly addresses: number;
  readonly architecture: Architecture;
}

/** Sizes that all Nitro families of this table share: size, vCPU, interfaces, addresses. */
const NITRO_SIZES = [
  ["large", 2, 3, 10],
  ["xlarge", 4, 4, 15],
  ["2xlarge", 8, 4, 15],
  ["4xlarge", 16, 8, 30],
] as const;

/** T3 has addresses of its own and ends at 2xlarge; memory is not proportional to vCPU. */
const T3: Readonly<Record<string, InstanceType>> = {
  "t3.medium": { vcpu: 2, memoryMiB: 4096, interfaces: 3, addresses: 6, architecture: "amd64" },
  "t3.large": { vcpu: 2, memoryMiB: 8192, interfaces: 3, addresses: 12, architecture: "amd64" },
  "t3.xlarge": { vcpu: 4, memoryMiB: 16384, interfaces: 4, addresses: 15, architecture: "amd64" },
  "t3.2xlarge": { vcpu: 8, memoryMiB: 32768, interfaces: 4, addresses: 15, architecture: "amd64" },
};

function family(name: string, memoryMiBPerVcpu: number, architecture: Architecture): Record<string, InstanceType> {
  return Object.fromEntries(
    NITRO_SIZES.map(([size, vcpu, interfaces, addresses]) => [
      `${name}.${size}`,
      { vcpu, memoryMiB: vcpu * memoryMiBPerVcpu, interfaces, addresses, architecture },
    ]),
  );
}

/** Instance types by name, e.g. `m6i.large`. */
export const INSTANCE_TYPES: Readonly<Record<string, InstanceType>> = {
  ...T3,
  ...family("m5", 4096, "amd64"),
  ...family("m6i", 4096, "amd64"),
  ...family("m7i", 4096, "amd64"),
  ...family("m6g", 4096, "arm64"),
  ...family("m7g", 4096, "arm64"),
  ...family("c6i", 2048, "amd64"),
  ...family("c7g", 2048, "arm64"),
  ...family("r6i", 8192, "amd64"),
};
