import { UNKNOWN } from "../../protocol/index.ts";
import { type Family, type Member, outputOf, shortHash } from "./family.ts";
import { map } from "./values.ts";
import type { PropertyValue } from "../../protocol/index.ts";

export interface ServiceRoleArgs {
  readonly service: string;
  readonly description?: string;
  /** Names of AWS managed policies. */
  readonly policies: readonly string[];
  readonly actions?: readonly string[];
  readonly tags?: PropertyValue | undefined;
}

export interface ServiceRole {
  readonly role: Member;
  /** URNs of role and attachments: what waits for these finds the role complete. */
  readonly complete: readonly string[];
}

/** `eks:index:ServiceRole`: a role that a service may take, with managed policies. */
export async function addServiceRole(family: Family, name: string, args: ServiceRoleArgs): Promise<ServiceRole> {
  const { service, description, policies, actions = ["sts:AssumeRole"], tags } = args;
  const component = await family.add("eks:index:ServiceRole", name, {}, { custom: false });
  const children = family.below(component.urn);
  const statement = { Action: [...actions], Effect: "Allow", Principal: { Service: [service] } };
  const role = await children.add("aws:iam/role:Role", `${name}-role`, {
    description: description ?? null,
    assumeRolePolicy: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
    tags: Object.keys(map(tags)).length > 0 || tags === UNKNOWN ? (tags ?? null) : null,
  });
  const attachments = await Promise.all(
    policies.map((policy) =>
      // The hash is of an ARN that the published component spells so; the URN depends on it.
      children.add(
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        `${name}-${shortHash(`arn:aws:iam::aws:policy/${policy}`)}`,
        {
          policyArn: `arn:aws:iam::aws:policy/${policy}`,
          role: outputOf(role, "name"),
        },
      ),
    ),
  );
  return { role, complete: [role.urn, ...attachments.map(({ urn }) => urn)] };
}
