/**
 * What is known of EKS's Kubernetes versions and add-on versions: pure data.
 * Read 2026-11-21:
 * - ends of support: EKS user guide, Kubernetes release calendar; of 1.36 from public tables that quote it.
 * - add-ons: what public repositories recorded of `aws eks describe-addon-versions`. For 1.35 the defaults of 2026-10-02
 *   (ebs-csi: 2026-09-17; metrics-server: the default of mid 2026), for 1.36 what clusters of September 2026 ran, for 1.34
 *   what they ran in August 2026. Newer builds exist. `aws eks describe-addon-versions --kubernetes-version 1.35
 *   --addon-name vpc-cni` gives those of today.
 */
export const EKS_TABLE_DATE = "2026-11-21";

/** The add-ons that a stack installs through EKS. */
export const ADDONS = [
  "vpc-cni",
  "kube-proxy",
  "eks-pod-identity-agent",
  "coredns",
  "aws-ebs-csi-driver",
  "metrics-server",
] as const;

export type AddonName = (typeof ADDONS)[number];

/** One Kubernetes minor version on EKS. */
export interface EksVersion {
  /** Last day of standard support. */
  readonly standardSupportEnd: string;
  /** The version of each add-on that goes with it, pinned: an update of the stack alone never changes a cluster's network. */
  readonly addons: Readonly<Record<AddonName, string>>;
}

/** Add-ons whose version serves every Kubernetes version of the table. */
const EVERYWHERE = {
  "vpc-cni": "v1.22.4-eksbuild.3",
  "eks-pod-identity-agent": "v1.3.10-eksbuild.3",
  "aws-ebs-csi-driver": "v1.66.0-eksbuild.1",
} as const;

/** Kubernetes minor versions that a stack may choose: those in EKS's standard support. */
export const EKS_VERSIONS: Readonly<Record<string, EksVersion>> = {
  "1.34": {
    standardSupportEnd: "2026-12-02",
    addons: {
      ...EVERYWHERE,
      "kube-proxy": "v1.34.6-eksbuild.11",
      coredns: "v1.13.2-eksbuild.10",
      "metrics-server": "v0.8.1-eksbuild.10",
    },
  },
  "1.35": {
    standardSupportEnd: "2027-03-27",
    addons: {
      ...EVERYWHERE,
      "kube-proxy": "v1.35.3-eksbuild.29",
      coredns: "v1.13.2-eksbuild.31",
      "metrics-server": "v0.8.1-eksbuild.10",
    },
  },
  "1.36": {
    standardSupportEnd: "2027-08-02",
    addons: {
      ...EVERYWHERE,
      "kube-proxy": "v1.36.0-eksbuild.25",
      coredns: "v1.14.3-eksbuild.23",
      "metrics-server": "v0.9.0-eksbuild.11",
    },
  },
};

/** Minor versions that have left standard support, with its last day. */
const ENDED: Readonly<Record<string, string>> = {
  "1.30": "2025-07-23",
  "1.31": "2025-11-26",
  "1.32": "2026-03-23",
  "1.33": "2026-07-29",
};

/** Why EKS must not run this Kubernetes version; undefined when nothing speaks against it. */
export function eksRefusal(version: string): { readonly reason: string; readonly remediation: string } | undefined {
  if (EKS_VERSIONS[version] !== undefined) {
    return undefined;
  }
  const known = Object.keys(EKS_VERSIONS).join(", ");
  const remediation = `use ${known} (table of ${EKS_TABLE_DATE})`;
  const ended = ENDED[version];
  return ended === undefined
    ? { reason: `expected a Kubernetes version in EKS's standard support; got "${version}"`, remediation }
    : { reason: `Kubernetes ${version} left EKS's standard support on ${ended}`, remediation };
}

/**
 * The pinned version of an add-on.
 * @throws RangeError for a Kubernetes version that is not in the table; the checks refuse it before.
 */
export function addonVersion(addon: AddonName, kubernetesVersion: string): string {
  const known = EKS_VERSIONS[kubernetesVersion];
  if (known === undefined) {
    throw new RangeError(`no add-on versions are known for Kubernetes ${kubernetesVersion}`);
  }
  return known.addons[addon];
}
