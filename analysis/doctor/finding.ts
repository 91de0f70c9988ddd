/** How bad it is: `error` fails requests or will soon, `warning` may. */
export type Severity = "error" | "warning";

/** What is wrong with one object of a cluster. */
export interface Finding {
  /** What kind of fault it is; docs/operations.md has a section of that name for each. */
  readonly code: FindingCode;
  readonly severity: Severity;
  /** `Kind namespace/name`. */
  readonly object: string;
  readonly message: string;
  /** What to do. */
  readonly remediation: string;
}

/** Every fault that the doctor knows. */
export const FINDING_CODES = [
  "pod-not-starting",
  "pod-without-sidecar",
  "proxy-other-version",
  "proxy-out-of-sync",
  "route-to-unknown-host",
  "route-to-missing-subset",
  "subset-without-pods",
  "service-without-endpoints",
  "mtls-mismatch",
  "gateway-without-address",
  "gateway-without-pods",
  "gateway-without-certificate",
  "declared-call-denied",
  "autoscaler-at-its-top",
  "certificate-near-expiry",
  "namespace-outside-ambient",
  "node-without-ztunnel",
  "pod-outside-ambient",
  "waypoint-without-pods",
  "certificate-not-issued",
] as const;

export type FindingCode = (typeof FINDING_CODES)[number];

/** Names an object in a finding. */
export function objectName(
  kind: string,
  { namespace, name }: { readonly namespace?: string; readonly name: string },
): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}
