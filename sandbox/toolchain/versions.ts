/** Version of Kubernetes that the sandbox runs, without `v`: the minor version of the EKS stacks. */
export const KUBERNETES_VERSION = "1.35.4";

/** Version of the Pulumi CLI that is built, without `v`. */
export const PULUMI_VERSION = "3.259.0";

/** Minor versions of Pulumi 3 that may take its place when installed: that of `@pulumi/pulumi`, and the one after it. */
export const PULUMI_MINORS: readonly number[] = [259, 260];

/** Version of `@pulumi/kubernetes`, and so the one as which its provider is looked for. */
export const KUBERNETES_PROVIDER_VERSION = "4.34.2";

/** Version of etcd that is built. */
export const ETCD_VERSION = "3.6.5";

/** Version of kwok that is built. */
export const KWOK_VERSION = "0.8.0";

/** Version of Envoy: of the same minor version as the proxies of Istio 1.30. */
export const ENVOY_VERSION = "1.38.3";

/** Istio's commit in the cluster's go.mod, and the version in the making by this commit's file VERSION. */
export const ISTIO_COMMIT = "b01690e6db7d";

/** What istiod, the proxies' agent and istioctl say that they are: no release, but the state of a day before 1.31. */
export const ISTIO_VERSION = `1.31-alpha.${ISTIO_COMMIT}`;

/** The same for people: the version in the making, and the day of that commit. */
export const ISTIO_SOURCES = "1.31-alpha (module of 2026-04-23)";

/** The Go that builds the programs: this version or a newer one on the PATH, else this one from PyPI. */
export const GO_VERSION = "1.26.6";
