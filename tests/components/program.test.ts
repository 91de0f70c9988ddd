import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { PlatformOutputs } from "../../components/base.ts";
import { program } from "../../components/program.ts";
import { record } from "../support/record.ts";
import { settingsOf } from "../support/stacks.ts";

async function outputsOf(stack: string, settings: Record<string, string>): Promise<PlatformOutputs> {
  let outputs: PlatformOutputs | undefined;
  await record(() => (outputs = program()), { stack, settings });
  assert.ok(outputs);
  return outputs;
}

/** What an output comes to once everything is registered. */
function valueOf<T>(output: pulumi.Input<T>): Promise<pulumi.Unwrap<T>> {
  return new Promise((resolve) => pulumi.output(output).apply(resolve));
}

describe("the program", () => {
  it("is what index.ts runs: both register the same URNs", async () => {
    const run = await record(() => program(), { stack: "prod", settings: settingsOf("prod") });
    const index = await record(() => import("../../index.ts"), { stack: "prod", settings: settingsOf("prod") });
    assert.ok(run.length > 100);
    assert.deepEqual(index.map(({ urn }) => urn).sort(), run.map(({ urn }) => urn).sort());
  });

  it("refuses a bad configuration with every problem and registers nothing", async () => {
    const settings = {
      ...settingsOf("prod"),
      "ecommerce-mesh:mesh": '{"version":"1.31.1"}',
      "ecommerce-mesh:tagz": "{}",
    };
    let registered = 0;
    await assert.rejects(
      record(
        () => {
          registered += 1;
          return program();
        },
        { stack: "prod", settings },
      ),
      /Pulumi\.prod\.yaml: tagz: unknown key \(did you mean tags\?\)/,
    );
    assert.equal(registered, 1);
  });

  it("refuses values under a misspelt namespace, which would be passed over in silence", async () => {
    const settings = { ...settingsOf("dev"), "ecommerce-mehs:network": "{}", "aws:profile": "shop" };
    await assert.rejects(
      record(() => program(), { stack: "dev", settings }),
      /Pulumi\.dev\.yaml: ecommerce-mehs:network: unknown key \(did you mean ecommerce-mesh:network\?\)/,
    );
  });

  it("gives out the roles of Karpenter and of its nodes where it is on", async () => {
    const roles = await valueOf((await outputsOf("prod", settingsOf("prod"))).roleArns);
    assert.deepEqual(
      Object.entries(roles ?? {}).filter(([name]) => name.startsWith("karpenter")),
      [
        ["karpenter", "arn:aws:mock:::karpenter-controller-role"],
        ["karpenter-nodes", "arn:aws:mock:::karpenter-node"],
      ],
    );
  });

  it("gives out cert-manager's role, and the authority behind the gateway's own certificate", async () => {
    const prod = await outputsOf("prod", settingsOf("prod"));
    assert.equal((await valueOf(prod.roleArns))?.["cert-manager"], "arn:aws:mock:::cert-manager-cert-manager-role");
    assert.equal(prod.gatewayAuthority, null);
    const dev = await outputsOf("dev", settingsOf("dev"));
    assert.equal(await valueOf(dev.gatewayAuthority), "mock-cert");
  });

  it("gives out the load balancer's host name and the roles of control plane, nodes and every controller", async () => {
    const dns = { dns: { enabled: true, zoneId: "Z0123456789ABCDEFGHIJ" } };
    const settings = { ...settingsOf("dev"), "ecommerce-mesh:traffic": JSON.stringify(dns) };
    const dev = await outputsOf("dev", settings);
    assert.equal(await valueOf(dev.loadBalancerHostName), "gateway.elb.mock");
    assert.deepEqual(await valueOf(dev.roleArns), {
      cluster: "arn:aws:mock:::cluster-eks-role",
      nodes: "arn:aws:mock:::cluster-node",
      "vpc-cni": "arn:aws:mock:::cluster-node-addons-vpc-cni-role",
      "aws-ebs-csi-driver": "arn:aws:mock:::cluster-addons-aws-ebs-csi-driver-role",
      "aws-load-balancer-controller": "arn:aws:mock:::edge-load-balancer-controller-role",
      "external-dns": "arn:aws:mock:::edge-external-dns-role",
    });
    const local = await outputsOf("local", settingsOf("local"));
    assert.deepEqual([local.loadBalancerHostName, local.roleArns], [null, null]);
  });

  it("protects the cluster where the stack asks for it", async () => {
    const prod = await record(() => program(), { stack: "prod", settings: settingsOf("prod") });
    const dev = await record(() => program(), { stack: "dev", settings: settingsOf("dev") });
    const isProtected = (graph: typeof prod) => graph.find(({ type }) => type === "eks:index:Cluster")?.protect;
    assert.deepEqual([isProtected(prod), isProtected(dev)], [true, false]);
  });
});
