import type { Toolchain } from "../contracts.ts";

/** Files that come along in a Go module's sources and are copied into the cache. */
export interface DataFiles {
  readonly key: keyof Toolchain;
  readonly name: string;
  /** A module that `cluster` requires, so that its go.sum holds the checksum; or `module@version` with `sum`. */
  readonly source: string;
  /** Checksum of a module that is named with its version. */
  readonly sum?: string;
  /** Path inside that module: a file, or a directory that is copied whole but for folders named `testdata`. */
  readonly path: string;
}

/** Every set of data files. */
export const DATA_FILES: readonly DataFiles[] = [
  {
    key: "kubernetesSchema",
    // The provider reads it beside its own executable, by this name.
    name: "schema.json",
    source: "github.com/pulumi/pulumi-kubernetes/provider/v4",
    path: "cmd/pulumi-resource-kubernetes/schema.json",
  },
  { key: "istioCharts", name: "istio-charts", source: "istio.io/istio", path: "manifests/charts" },
  {
    key: "istioBootstrap",
    name: "istio-bootstrap.json",
    source: "istio.io/istio",
    path: "tools/packaging/common/envoy_bootstrap.json",
  },
  {
    key: "gatewayApiCrds",
    name: "gateway-api-crds",
    source: "sigs.k8s.io/gateway-api@v1.5.1",
    sum: "h1:RqVRIlkhLhUO8wOHKTLnTJA6o/1un4po4/6M1nRzdd0=",
    path: "config/crd",
  },
  {
    key: "certManagerCrds",
    name: "cert-manager-crds",
    source: "github.com/cert-manager/cert-manager@v1.21.1",
    sum: "h1:0LttV37Q5c2CBNoHkjuI8sLKTXWZDC2SwQkxrBMKV9w=",
    path: "deploy/crds",
  },
  {
    key: "karpenterCrds",
    name: "karpenter-crds",
    // The CRDs are those of 1.14.3, whose go.mod asks for a newer Go.
    source: "sigs.k8s.io/karpenter@v1.14.1",
    sum: "h1:GjqvOHLjl2+OXM0ti5VEZSQuvcitB0pETd8zdChXEtI=",
    path: "pkg/apis/crds",
  },
  {
    key: "kwokStages",
    name: "kwok-stages",
    source: "sigs.k8s.io/kwok@v0.8.0",
    sum: "h1:OTIOTwgROqPMovcTwxICx2eYQ4AwLpSx5EpjbDKF4SQ=",
    path: "kustomize/stage",
  },
];
