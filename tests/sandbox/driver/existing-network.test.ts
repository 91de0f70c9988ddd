import assert from "node:assert/strict";
import { placeExistingNetwork } from "../../../sandbox/driver/existing-network.ts";
import { CloudStore } from "../../../sandbox/providers/index.ts";
import { refuseCreate } from "../../../sandbox/providers/cloud/refusals/index.ts";
import { stackData } from "../../support/stack-data.ts";

const GROUP = "aws:ec2/securityGroup:SecurityGroup";
const ids = (kind: string) => [0, 1, 2].map((index) => `subnet-${kind}000000${index}`);
const EXISTING = { vpcId: "vpc-0a1b2c3d", publicSubnetIds: ids("a"), privateSubnetIds: ids("b") };

describe("a network that exists, in the sandbox", () => {
  it("is known to the fake cloud, each subnet in its zone", () => {
    const store = new CloudStore();
    assert.throws(() => refuseCreate(store, GROUP, { vpcId: "vpc-0a1b2c3d" }), /InvalidVpcID\.NotFound/);
    placeExistingNetwork(store, stackData({ network: { existing: EXISTING } }).config);
    refuseCreate(store, GROUP, { vpcId: "vpc-0a1b2c3d" });
    const zones = store.list("aws:ec2/subnet:Subnet").map(({ id, inputs }) => [id, inputs["availabilityZone"]]);
    const expected = [...ids("a"), ...ids("b")].map((id) => [id, `eu-west-1${"abc"[Number(id.at(-1))] ?? ""}`]);
    assert.deepEqual(zones, expected);
  });

  it("is left out where the stack makes its own", () => {
    const store = new CloudStore();
    placeExistingNetwork(store, stackData().config);
    assert.deepEqual(store.list(), []);
  });
});
