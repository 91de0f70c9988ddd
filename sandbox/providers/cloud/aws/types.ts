import type { ResourceType } from "../types.ts";
import { EC2_TYPES } from "./ec2.ts";
import { EKS_TYPES } from "./eks.ts";
import { IAM_TYPES } from "./iam.ts";
import { EDGE_TYPES, KMS_TYPES, OBSERVABILITY_TYPES } from "./services.ts";

const TYPES: Readonly<Record<string, ResourceType>> = {
  ...EC2_TYPES,
  ...EKS_TYPES,
  ...IAM_TYPES,
  ...KMS_TYPES,
  ...OBSERVABILITY_TYPES,
  ...EDGE_TYPES,
};

/** An unknown type: its ARN tells service and type, everything is changed in place. */
function unknownType(token: string): ResourceType {
  const [, service = "unknown", kind = "resource"] = /^aws:([^/:]+)[/:](?:[^:]+:)?(.+)$/.exec(token) ?? [];
  return { prefix: kind.toLowerCase(), arn: { service, resource: ({ id }) => `${kind.toLowerCase()}/${id}` } };
}

/** How a resource type is treated. Every type of the package is accepted. */
export function resourceType(token: string): ResourceType {
  return TYPES[token] ?? unknownType(token);
}
