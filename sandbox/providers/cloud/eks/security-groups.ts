import type { PropertyValue } from "../../protocol/index.ts";
import { type Family, idOf, type Member, mergeTags, outputOf } from "./family.ts";
import { text } from "./values.ts";

const GROUP = "aws:ec2/securityGroup:SecurityGroup";
const RULE = "aws:ec2/securityGroupRule:SecurityGroupRule";

export interface GroupArgs {
  readonly vpcId: PropertyValue | undefined;
  readonly tags: PropertyValue | undefined;
  readonly groupTags: PropertyValue | undefined;
}

/** The control plane's security group, open outwards. */
export async function addClusterGroup(family: Family, name: string, args: GroupArgs): Promise<Member> {
  const group = await family.add(GROUP, `${name}-eksClusterSecurityGroup`, {
    vpcId: args.vpcId,
    revokeRulesOnDelete: true,
    tags: mergeTags({ Name: `${name}-eksClusterSecurityGroup` }, args.groupTags, args.tags),
  });
  await family.add(RULE, `${name}-eksClusterInternetEgressRule`, {
    ...everything("egress", "Allow internet access."),
    cidrBlocks: ["0.0.0.0/0"],
    securityGroupId: idOf(group),
  });
  return group;
}

export interface NodeGroupSecurity {
  readonly nodes: Member;
  readonly clusterIngress: Member;
}

/** The nodes' security group and the rules between it and the control plane's. */
export async function addNodeGroup(
  family: Family,
  name: string,
  args: GroupArgs & { readonly clusterGroup: PropertyValue; readonly cluster: Member },
): Promise<NodeGroupSecurity> {
  const clusterName = text(outputOf(args.cluster, "name"));
  const owned = clusterName === undefined ? {} : { [`kubernetes.io/cluster/${clusterName}`]: "owned" };
  const nodes = await family.add(
    GROUP,
    `${name}-nodeSecurityGroup`,
    {
      vpcId: args.vpcId,
      revokeRulesOnDelete: true,
      tags: mergeTags({ Name: `${name}-nodeSecurityGroup`, ...owned }, args.groupTags, args.tags),
    },
    // The name of the cluster is in the tags.
    { dependsOn: [args.cluster.urn] },
  );
  const [, , , , clusterIngress] = await Promise.all([
    family.add(RULE, `${name}-eksNodeIngressRule`, {
      ...everything("ingress", "Allow nodes to communicate with each other"),
      securityGroupId: idOf(nodes),
      self: true,
    }),
    family.add(RULE, `${name}-eksNodeClusterIngressRule`, {
      ...tcp(1025, 65535, "Allow worker Kubelets and pods to receive communication from the cluster control plane"),
      securityGroupId: idOf(nodes),
      sourceSecurityGroupId: args.clusterGroup,
    }),
    family.add(RULE, `${name}-eksExtApiServerClusterIngressRule`, {
      ...tcp(
        443,
        443,
        "Allow pods running extension API servers on port 443 to receive communication from cluster control plane",
      ),
      securityGroupId: idOf(nodes),
      sourceSecurityGroupId: args.clusterGroup,
    }),
    family.add(RULE, `${name}-eksNodeInternetEgressRule`, {
      ...everything("egress", "Allow internet access."),
      cidrBlocks: ["0.0.0.0/0"],
      securityGroupId: idOf(nodes),
    }),
    family.add(RULE, `${name}-eksClusterIngressRule`, {
      ...tcp(443, 443, "Allow pods to communicate with the cluster API Server"),
      securityGroupId: args.clusterGroup,
      sourceSecurityGroupId: idOf(nodes),
    }),
  ]);
  return { nodes, clusterIngress };
}

const everything = (type: string, description: string) => ({
  description,
  type,
  fromPort: 0,
  toPort: 0,
  protocol: "-1",
});

const tcp = (fromPort: number, toPort: number, description: string) => ({
  description,
  type: "ingress",
  fromPort,
  toPort,
  protocol: "tcp",
});
