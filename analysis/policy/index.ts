import type { PolicyResource, PolicyRule } from "./rules/rule.ts";
import { encryption, instanceMetadata, logRetention, metadataHops } from "./rules/encryption.ts";
import { noOpenEndpoint, noOpenSecurityGroup, noPublicBucket, noPublicDatabase } from "./rules/exposure.ts";
import { closedNamespaces, noWorkloadOutsideTheMesh, strictMutualTls } from "./rules/mesh.ts";
import { imageDigest, noLatestImage, noPrivilegedPod, probes, requestsAndLimits } from "./rules/pods.ts";
import { noWildcardPrincipal } from "./rules/principals.ts";
import { noPlainSecret } from "./rules/secrets.ts";
import { noOtherWayIn } from "./rules/services.ts";

/** Every rule of the pack: the mandatory ones, then the advisory ones. */
export const RULES: readonly PolicyRule[] = [
  noWorkloadOutsideTheMesh,
  strictMutualTls,
  closedNamespaces,
  noWildcardPrincipal,
  noOtherWayIn,
  noPrivilegedPod,
  noLatestImage,
  requestsAndLimits,
  noPlainSecret,
  noPublicBucket,
  noPublicDatabase,
  noOpenSecurityGroup,
  encryption,
  instanceMetadata,
  imageDigest,
  probes,
  noOpenEndpoint,
  metadataHops,
  logRetention,
];

/** Something that a rule refuses. */
export interface Violation {
  readonly rule: PolicyRule;
  readonly urn?: string;
  readonly message: string;
}

/** Judges all resources of a stack by all rules, in the order of the rules. */
export function judge(resources: readonly PolicyResource[], rules: readonly PolicyRule[] = RULES): Violation[] {
  return rules.flatMap((rule): Violation[] =>
    rule.kind === "stack"
      ? rule.judge(resources).map((finding) => ({ rule, ...finding }))
      : resources.flatMap((resource) => rule.judge(resource).map((message) => ({ rule, urn: resource.urn, message }))),
  );
}
