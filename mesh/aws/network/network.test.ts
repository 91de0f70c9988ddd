import assert from "node:assert/strict";
import fc from "fast-check";
import { network } from "../schema/network.ts";
import { contains, overlaps, parseCidr, sizeOf, subnetOf, type Cidr } from "../../kubernetes/cidr.ts";
import { planSubnets, privatePrefix, SMALLEST_SUBNET_PREFIX } from "./subnets.ts";

const ZONES = ["a", "b", "c", "d", "e", "f"];

function parsed(text: string): Cidr {
  const cidr = parseCidr(text);
  assert.ok(cidr !== undefined, text);
  return cidr;
}

/** Any VPC that AWS and the checks accept, as text. */
const vpcs = fc
  .integer({ min: 16, max: 20 })
  .chain((prefix) =>
    fc.integer({ min: 0, max: 2 ** prefix - 1 }).map((number) => subnetOf(parsed("0.0.0.0/0"), prefix, number)),
  );

describe("networks", () => {
  it("reads and writes CIDR notation", () => {
    assert.equal(parsed("10.1.0.0/16").network.bigInt(), 167837696n);
    fc.assert(
      fc.property(vpcs, (vpc) => {
        assert.equal(subnetOf(parsed(vpc), parsed(vpc).prefix, 0), vpc);
      }),
    );
  });

  it("refuses what is no network", () => {
    for (const text of ["10.0.0.0", "10.0.0.256/24", "10.0.0.0/33", "10.0.0.1/24", "::/0", "10.0.0/24", ""]) {
      assert.equal(parseCidr(text), undefined, text);
    }
  });

  it("plans subnets that lie in the VPC and apart from each other, for any VPC and up to six zones", () => {
    fc.assert(
      fc.property(vpcs, fc.integer({ min: 2, max: 6 }), (vpc, zones) => {
        const plan = planSubnets(network.parse({ cidr: vpc }), ZONES.slice(0, zones));
        const networks = plan.map((subnet) => parseCidr(subnet.cidr));
        assert.equal(plan.length, 3 * zones);
        networks.forEach((subnet, index) => {
          assert.ok(subnet !== undefined && contains(parsed(vpc), subnet) && subnet.prefix <= SMALLEST_SUBNET_PREFIX);
          for (const other of networks.slice(0, index)) {
            assert.ok(other !== undefined && !overlaps(subnet, other));
          }
        });
      }),
    );
  });

  it("moves no subnet when a zone is added at the end", () => {
    fc.assert(
      fc.property(vpcs, fc.integer({ min: 2, max: 5 }), (vpc, zones) => {
        const config = network.parse({ cidr: vpc });
        const grown = planSubnets(config, ZONES.slice(0, zones + 1)).map((subnet) => JSON.stringify(subnet));
        for (const subnet of planSubnets(config, ZONES.slice(0, zones))) {
          assert.ok(grown.includes(JSON.stringify(subnet)));
        }
      }),
    );
  });

  it("leaves capacity for a block as large as a private subnet, however many zones there are", () => {
    fc.assert(
      fc.property(vpcs, fc.integer({ min: 2, max: 6 }), (vpc, zones) => {
        const plan = planSubnets(network.parse({ cidr: vpc }), ZONES.slice(0, zones));
        const whole = parsed(vpc);
        const prefix = privatePrefix(whole.prefix);
        const blocks = Array.from({ length: sizeOf(whole.prefix) / sizeOf(prefix) }, (_, number) =>
          parsed(subnetOf(whole, prefix, number)),
        );
        const taken = plan.flatMap(({ cidr }) => parseCidr(cidr) ?? []);
        assert.ok(blocks.some((block) => taken.every((subnet) => !overlaps(block, subnet))));
      }),
    );
  });

  it("gives the nodes most of the addresses: pods take theirs from the private subnets", () => {
    const plan = planSubnets(network.parse({ cidr: "10.0.0.0/16" }), ZONES.slice(0, 3));
    assert.deepEqual(
      plan.map(({ tier, cidr }) => `${tier} ${cidr}`),
      [
        "public 10.0.224.0/22",
        "public 10.0.228.0/22",
        "public 10.0.232.0/22",
        "private 10.0.0.0/19",
        "private 10.0.32.0/19",
        "private 10.0.64.0/19",
        "intra 10.0.248.0/24",
        "intra 10.0.249.0/24",
        "intra 10.0.250.0/24",
      ],
    );
  });

  it("takes the subnets that are given by hand", () => {
    const subnets = {
      public: ["10.0.0.0/24", "10.0.1.0/24"],
      private: ["10.0.16.0/20", "10.0.32.0/20"],
      intra: ["10.0.2.0/28", "10.0.2.16/28"],
    };
    const plan = planSubnets(network.parse({ cidr: "10.0.0.0/16", subnets }), ["a", "b"]);
    assert.deepEqual(
      plan.map(({ cidr }) => cidr),
      [...subnets.public, ...subnets.private, ...subnets.intra],
    );
  });
});
