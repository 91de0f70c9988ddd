/**
 * EC2 instance types that node pools may use: pure data.
 *
 * vCPU and memory: AWS's instance type pages. Network interfaces and addresses: the table "Maximum IP addresses per
 * network interface" of the EC2 user guide, the same numbers as in eni-max-pods.txt of awslabs/amazon-eks-ami. Every row was
 * compared on 2026-11-21 with the limits that Karpenter 1.14.3 reads from the EC2 API (zz_generated.vpclimits.go).
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

/** A size of a family: name, vCPU, interfaces, addresses an interface. */
type Size = readonly [name: string, vcpu: number, interfaces: number, addresses: number];

/** Sizes that the Nitro families up to generation 7, and Graviton's 8th, share. */
const NITRO_SIZES: readonly Size[] = [
  ["large", 2, 3, 10],
  ["xlarge", 4, 4, 15],
  ["2xlarge", 8, 4, 15],
  ["4xlarge", 16, 8, 30],
];

/** Intel's 8th generation has more addresses. */
const INTEL_8_SIZES: readonly Size[] = [
  ["large", 2, 3, 20],
  ["xlarge", 4, 4, 30],
  ["2xlarge", 8, 4, 30],
  ["4xlarge", 16, 8, 50],
];

/** Burstable types have addresses of their own and end at 2xlarge. */
const BURSTABLE_SIZES: readonly Size[] = [
  ["medium", 2, 3, 6],
  ["large", 2, 3, 12],
  ["xlarge", 4, 4, 15],
  ["2xlarge", 8, 4, 15],
];

/** GiB of memory for each vCPU, by the family's letter. The smallest burstable type has half of that. */
const GIB_PER_VCPU: Readonly<Record<string, number>> = { c: 2, m: 4, r: 8, t: 4 };

/** Families by architecture and sizes; the first letter tells how much memory they have. */
const FAMILIES: readonly (readonly [Architecture, readonly Size[], families: string])[] = [
  ["amd64", BURSTABLE_SIZES, "t3 t3a"],
  ["arm64", BURSTABLE_SIZES, "t4g"],
  ["amd64", NITRO_SIZES, "m5 m5a m6i m6a m7i m7a c5 c6i c6a c7i c7a r5 r6i r6a r7i r7a"],
  ["amd64", INTEL_8_SIZES, "m8i c8i r8i"],
  ["arm64", NITRO_SIZES, "m6g m7g m8g c6g c7g c8g r6g r7g r8g"],
];

/** Instance types by name, e.g. `m6i.large`. */
export const INSTANCE_TYPES: Readonly<Record<string, InstanceType>> = Object.fromEntries(
  FAMILIES.flatMap(([architecture, sizes, families]) =>
    families.split(" ").flatMap((family) =>
      sizes.map(([size, vcpu, interfaces, addresses]) => {
        const gib = vcpu * (GIB_PER_VCPU[family.charAt(0)] ?? 0) * (size === "medium" ? 0.5 : 1);
        return [`${family}.${size}`, { vcpu, memoryMiB: gib * 1024, interfaces, addresses, architecture }];
      }),
    ),
  ),
);

/** Families of an architecture, for people: `m6i, m7i`. Default: all of them. */
export function familiesOf(architecture?: Architecture): string {
  const names = Object.entries(INSTANCE_TYPES)
    .filter(([, type]) => architecture === undefined || type.architecture === architecture)
    .map(([name]) => name.split(".")[0]);
  return [...new Set(names)].join(", ");
}
