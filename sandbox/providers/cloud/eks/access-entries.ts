import type { PropertyMap } from "../../protocol/index.ts";
import { type Family, type Member, outputOf } from "./family.ts";
import type { ServiceRole } from "./service-role.ts";
import { map } from "./values.ts";

/** Who may enter the cluster: the nodes' role and the entries of the program. Returns the entries' URNs. */
export async function addAccessEntries(
  family: Family,
  name: string,
  args: PropertyMap,
  cluster: Member,
  instanceRole: ServiceRole | undefined,
): Promise<readonly string[]> {
  const nodes: PropertyMap =
    instanceRole === undefined
      ? {}
      : { defaultNodeGroupInstanceRole: { principalArn: outputOf(instanceRole.role, "arn"), type: "EC2_LINUX" } };
  const entries = Object.entries({ ...nodes, ...map(args["accessEntries"]) });
  const added = entries.map(async ([key, value]) => {
    const { username, accessPolicies, ...entry } = map(value);
    const dependsOn = [cluster.urn];
    const clusterName = outputOf(cluster, "name");
    const resource = await family.add(
      "aws:eks/accessEntry:AccessEntry",
      `${name}-${key}`,
      { ...entry, clusterName, userName: username },
      { dependsOn },
    );
    const policies = Object.entries(map(accessPolicies)).map(([association, policy]) =>
      family.below(resource.urn).add(
        "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        `${name}-${key}-${association}`,
        {
          accessScope: map(policy)["accessScope"],
          principalArn: entry["principalArn"],
          policyArn: map(policy)["policyArn"],
          clusterName,
        },
        { dependsOn: [resource.urn] },
      ),
    );
    await Promise.all(policies);
    return resource.urn;
  });
  return Promise.all(added);
}
