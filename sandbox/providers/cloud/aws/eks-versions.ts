/**
 * EKS add-on versions by Kubernetes version, newest first: what the fake answers to getAddonVersion and accepts at creation.
 * They follow AWS's naming and its published lists as of late 2026 in shape; they are not a complete copy of them, and only
 * these add-ons and Kubernetes versions are known.
 */
export const ADDON_VERSIONS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  "vpc-cni": everywhere("v1.22.4-eksbuild.3", "v1.21.1-eksbuild.1", "v1.20.4-eksbuild.2", "v1.20.4-eksbuild.1"),
  coredns: {
    "1.33": ["v1.12.4-eksbuild.1", "v1.12.1-eksbuild.2"],
    "1.34": ["v1.13.2-eksbuild.10", "v1.12.4-eksbuild.1", "v1.12.3-eksbuild.1"],
    "1.35": ["v1.13.2-eksbuild.31", "v1.13.1-eksbuild.1", "v1.12.4-eksbuild.1"],
    "1.36": ["v1.14.3-eksbuild.23", "v1.13.2-eksbuild.31"],
  },
  "kube-proxy": {
    "1.33": ["v1.33.5-eksbuild.2", "v1.33.3-eksbuild.4"],
    "1.34": ["v1.34.6-eksbuild.11", "v1.34.1-eksbuild.2", "v1.34.0-eksbuild.2"],
    "1.35": ["v1.35.3-eksbuild.29", "v1.35.3-eksbuild.1", "v1.35.0-eksbuild.1"],
    "1.36": ["v1.36.0-eksbuild.25", "v1.36.0-eksbuild.1"],
  },
  "eks-pod-identity-agent": everywhere("v1.3.10-eksbuild.3", "v1.3.10-eksbuild.1", "v1.3.9-eksbuild.3"),
  "aws-ebs-csi-driver": everywhere("v1.66.0-eksbuild.1", "v1.54.0-eksbuild.1", "v1.53.0-eksbuild.1"),
  "aws-efs-csi-driver": everywhere("v2.1.15-eksbuild.1"),
  "metrics-server": everywhere("v0.9.0-eksbuild.11", "v0.8.1-eksbuild.10", "v0.8.0-eksbuild.6"),
  "snapshot-controller": everywhere("v8.3.0-eksbuild.1"),
};

/** Kubernetes version of a cluster that does not name one. */
export const DEFAULT_KUBERNETES_VERSION = "1.35";

function everywhere(...versions: readonly string[]): Record<string, readonly string[]> {
  return { "1.33": versions, "1.34": versions, "1.35": versions, "1.36": versions };
}

/** Versions of an add-on for a Kubernetes version, newest first; undefined when the add-on is unknown here. */
export function addonVersions(addon: string, kubernetesVersion: string): readonly string[] | undefined {
  const byKubernetes = ADDON_VERSIONS[addon];
  return byKubernetes === undefined ? undefined : (byKubernetes[kubernetesVersion] ?? []);
}

/** EKS platform version, e.g. `eks.5`; made up, but the same for the same Kubernetes version. */
export function platformVersion(kubernetesVersion: string): string {
  return `eks.${1 + (Number(kubernetesVersion.split(".")[1] ?? 0) % 10)}`;
}
