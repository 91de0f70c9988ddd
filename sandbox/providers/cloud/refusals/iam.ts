import { textOf } from "../properties.ts";
import { type CreateRule, type DeleteRule, referring } from "./rule.ts";

/** A policy is attached to a role that exists. */
export const roleExists: CreateRule = (store, inputs) => {
  const role = textOf(inputs["role"]);
  return role === "" || store.get("aws:iam/role:Role", role) !== undefined
    ? undefined
    : `NoSuchEntity: The role with name ${role} cannot be found.`;
};

/** A role goes after its policies, unless it was told to detach them itself, and after its instance profiles. */
export const roleWithoutPolicies: DeleteRule = (store, role) => {
  if (role.inputs["forceDetachPolicies"] === true) {
    return undefined;
  }
  if (referring(store, "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "role", role.id).length > 0) {
    return "DeleteConflict: Cannot delete entity, must detach all policies first.";
  }
  if (referring(store, "aws:iam/instanceProfile:InstanceProfile", "role", role.id).length > 0) {
    return "DeleteConflict: Cannot delete entity, must remove roles from instance profile first.";
  }
  return referring(store, "aws:iam/rolePolicy:RolePolicy", "role", role.id).length > 0
    ? "DeleteConflict: Cannot delete entity, must delete policies first."
    : undefined;
};
