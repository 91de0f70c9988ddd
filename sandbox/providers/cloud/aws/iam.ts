import { digest } from "../ids.ts";
import { textOf } from "../properties.ts";
import type { Making, ResourceType } from "../types.ts";

const path = ({ inputs }: Making): string => textOf(inputs["path"]) || "/";
const named = (kind: string, key = "name") => ({
  service: "iam",
  global: true,
  resource: (making: Making) => `${kind}${path(making)}${textOf(making.inputs[key])}`,
});

/** AWS's unique ids: four letters and 17 capitals and digits. */
const uniqueId = (prefix: string, { urn, id }: Making): string => `${prefix}${digest(17, urn, id).toUpperCase()}`;

/** IAM. */
export const IAM_TYPES: Readonly<Record<string, ResourceType>> = {
  "aws:iam/role:Role": {
    idFrom: ["name"],
    autoname: "name",
    arn: named("role"),
    taggable: true,
    replaceOn: ["name", "namePrefix", "path"],
    defaults: { path: "/", maxSessionDuration: 3600, forceDetachPolicies: false },
    assigned: (making) => ({ uniqueId: uniqueId("AROA", making), createDate: "2026-01-01T00:00:00Z" }),
  },
  "aws:iam/policy:Policy": {
    prefix: "policy",
    idIsArn: true,
    autoname: "name",
    arn: named("policy"),
    taggable: true,
    replaceOn: ["name", "namePrefix", "path", "description"],
    defaults: { path: "/" },
    assigned: (making) => ({ policyId: uniqueId("ANPA", making), attachmentCount: 0 }),
  },
  "aws:iam/rolePolicy:RolePolicy": { idFrom: ["role", "name"], autoname: "name", replaceOn: ["role", "name"] },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
    idFrom: ["role", "policyArn"],
    replaceOn: ["role", "policyArn"],
  },
  "aws:iam/instanceProfile:InstanceProfile": {
    idFrom: ["name"],
    autoname: "name",
    arn: named("instance-profile"),
    taggable: true,
    replaceOn: ["name", "namePrefix", "path"],
    defaults: { path: "/" },
    assigned: (making) => ({ uniqueId: uniqueId("AIPA", making) }),
  },
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": {
    prefix: "oidc",
    idIsArn: true,
    arn: {
      service: "iam",
      global: true,
      resource: ({ inputs }) => `oidc-provider/${textOf(inputs["url"]).replace(/^https:\/\//, "")}`,
    },
    taggable: true,
    replaceOn: ["url"],
  },
};
