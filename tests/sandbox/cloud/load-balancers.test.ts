import assert from "node:assert/strict";
import type { LoadBalancerChange } from "../../../sandbox/contracts.ts";
import { callFunction } from "../../../sandbox/providers/cloud/aws/functions.ts";
import { followLoadBalancer } from "../../../sandbox/providers/cloud/load-balancers.ts";
import { refuseDelete } from "../../../sandbox/providers/cloud/refusals/index.ts";
import { CloudStore } from "../../../sandbox/providers/cloud/store.ts";
import type { Properties } from "../../../sandbox/providers/cloud/types.ts";

const CHANGE: LoadBalancerChange = {
  kind: "present",
  namespace: "istio-ingress",
  name: "istio-ingressgateway",
  hostname: "gateway.elb.eu-west-1.amazonaws.com",
  scheme: "internet-facing",
  subnetIds: [],
};

const SUBNET = "aws:ec2/subnet:Subnet";

/** A VPC with a tagged public and a tagged private subnet, an internet gateway and a cluster in it. */
function cloud(): CloudStore {
  const store = new CloudStore();
  const put = (type: string, id: string, inputs: Properties, outputs: Properties = {}) =>
    store.put({ id, type, urn: `urn:${id}`, inputs, outputs });
  put("aws:ec2/vpc:Vpc", "vpc-1", { cidrBlock: "10.0.0.0/16" });
  put(SUBNET, "subnet-public", { vpcId: "vpc-1", tags: { "kubernetes.io/role/elb": "1" } });
  put(SUBNET, "subnet-private", { vpcId: "vpc-1", tags: { "kubernetes.io/role/internal-elb": "1" } });
  put("aws:ec2/internetGateway:InternetGateway", "igw-1", { vpcId: "vpc-1" });
  put(
    "aws:eks/cluster:Cluster",
    "shop",
    { name: "shop", vpcConfig: { subnetIds: ["subnet-private"] } },
    { region: "eu-west-1" },
  );
  return store;
}

function refusesDeletion(store: CloudStore, type: string, id: string, words: RegExp): void {
  const object = store.get(type, id);
  assert.ok(object);
  assert.throws(() => refuseDelete(store, object), words);
}

describe("load balancers in the fake cloud", () => {
  it("lie in the subnets that are tagged for their scheme", () => {
    for (const [scheme, subnet] of [
      ["internet-facing", "subnet-public"],
      ["internal", "subnet-private"],
    ] as const) {
      const store = cloud();
      followLoadBalancer(store, { ...CHANGE, scheme });
      assert.deepEqual(
        store.list("aws:lb/loadBalancer:LoadBalancer").map(({ inputs }) => [inputs["internal"], inputs["subnets"]]),
        [[scheme === "internal", [subnet]]],
      );
    }
  });

  it("lie in the subnets that their Service names, tagged or not", () => {
    const store = cloud();
    store.put({ id: "subnet-plain", type: SUBNET, urn: "urn:plain", inputs: { vpcId: "vpc-1" }, outputs: {} });
    followLoadBalancer(store, { ...CHANGE, subnetIds: ["subnet-plain"] });
    assert.deepEqual(
      store.list("aws:lb/loadBalancer:LoadBalancer").map(({ inputs }) => inputs["subnets"]),
      [["subnet-plain"]],
    );
    const elsewhere = { ...CHANGE, name: "other", subnetIds: ["subnet-plain", "subnet-of-another-vpc"] };
    assert.throws(() => followLoadBalancer(store, elsewhere), /couldn't find all subnets, .*found: 1/);
  });

  it("are found by the tags of the controller", () => {
    const store = cloud();
    const place = { store, region: "eu-west-1", account: "123456789012", partition: "aws" };
    const ask = (stack: string) =>
      callFunction("aws:lb/getLbs:getLbs", {
        ...place,
        args: { tags: { "elbv2.k8s.aws/cluster": "shop", "service.k8s.aws/stack": stack } },
      })["arns"] as string[];
    assert.deepEqual(ask("istio-ingress/istio-ingressgateway"), []);
    followLoadBalancer(store, CHANGE);
    assert.deepEqual(ask("istio-ingress/other"), []);
    const [arn = ""] = ask("istio-ingress/istio-ingressgateway");
    const found = callFunction("aws:lb/getLoadBalancer:getLoadBalancer", { ...place, args: { arn } });
    assert.equal(found["dnsName"], CHANGE.hostname);
  });

  it("keep subnet, internet gateway and VPC from being deleted, and release them when they go", () => {
    const store = cloud();
    const before = store.list().length;
    followLoadBalancer(store, CHANGE);
    followLoadBalancer(store, CHANGE);
    assert.equal(store.list("aws:lb/loadBalancer:LoadBalancer").length, 1);
    refusesDeletion(store, SUBNET, "subnet-public", /DependencyViolation: The subnet 'subnet-public'/);
    refusesDeletion(store, "aws:ec2/internetGateway:InternetGateway", "igw-1", /mapped public address/);
    store.remove(SUBNET, "subnet-public");
    store.remove(SUBNET, "subnet-private");
    store.remove("aws:ec2/internetGateway:InternetGateway", "igw-1");
    refusesDeletion(store, "aws:ec2/vpc:Vpc", "vpc-1", /DependencyViolation: The vpc 'vpc-1'/);
    followLoadBalancer(store, { ...CHANGE, kind: "gone" });
    assert.equal(store.list().length, before - 3);
    const vpc = store.get("aws:ec2/vpc:Vpc", "vpc-1");
    assert.ok(vpc);
    refuseDelete(store, vpc);
  });

  it("find no place without a tagged subnet, and say so as the controller does", () => {
    const store = cloud();
    store.remove(SUBNET, "subnet-public");
    assert.throws(
      () => followLoadBalancer(store, CHANGE),
      /couldn't auto-discover subnets.*0 match VPC and tags: \[kubernetes\.io\/role\/elb\]/,
    );
  });

  it("are not recorded where the cluster's network is not of this cloud", () => {
    const store = new CloudStore();
    followLoadBalancer(store, CHANGE);
    assert.equal(store.list().length, 0);
  });
});
