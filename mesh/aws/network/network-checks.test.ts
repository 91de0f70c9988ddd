import assert from "node:assert/strict";
import fc from "fast-check";
import { sizeOf } from "../../kubernetes/cidr.ts";
import { checkEndpoints } from "./checks-endpoints.ts";
import { checkExistingNetwork } from "./checks-existing-network.ts";
import { checkNetwork } from "./checks.ts";
import { checkPodAddresses } from "./checks-pod-addresses.ts";
import { addressesNeeded } from "./pod-addresses.ts";
import { stackData } from "../../../tests/support/stack-data.ts";
import type { PlainObject } from "../../stack/plain-object.ts";

const ids = (count: number, kind: string) =>
  Array.from({ length: count }, (_, index) => `subnet-${kind}0000000${index}`);

const EXISTING = { vpcId: "vpc-0123456789abcdef0", publicSubnetIds: ids(3, "a"), privateSubnetIds: ids(3, "b") };
const CLOSED = { nat: "none", endpoints: { interface: ["ecr.api", "ecr.dkr", "sts", "ec2", "eks-auth"] } };

const problemsOf = (network: PlainObject, more: PlainObject = {}) => {
  const stack = stackData({ ...more, network });
  return [checkNetwork, checkExistingNetwork, checkEndpoints, checkPodAddresses].flatMap((check) => check(stack));
};

const REFUSED: readonly { rule: string; network: PlainObject; more?: PlainObject; path: string; says: RegExp }[] = [
  {
    rule: "an existing VPC with fewer subnets than zones",
    network: { existing: { ...EXISTING, privateSubnetIds: ids(2, "b") } },
    path: "network.existing.privateSubnetIds",
    says: /one subnet for each of the 3 zones; got 2/,
  },
  {
    rule: "an existing subnet in two zones",
    network: { existing: { ...EXISTING, publicSubnetIds: [...ids(2, "a"), "subnet-a00000000"] } },
    path: "network.existing.publicSubnetIds[2]",
    says: /each subnet once/,
  },
  {
    rule: "an existing VPC with addresses of its own",
    network: { existing: EXISTING, cidr: "10.9.0.0/16" },
    path: "network.cidr",
    says: /network\.existing names a VPC that is not this stack's to shape/,
  },
  {
    rule: "an existing VPC with endpoints of its own",
    network: { existing: EXISTING, endpoints: { interface: ["sts"] } },
    path: "network.endpoints",
    says: /not this stack's to shape/,
  },
  {
    rule: "an endpoint named twice",
    network: { endpoints: { interface: ["sts", "ec2", "sts"] } },
    path: "network.endpoints.interface[2]",
    says: /each service once; got "sts" again/,
  },
  {
    rule: "a VPC without NAT and without the endpoints that nodes need to join",
    network: { nat: "none", endpoints: { interface: ["ecr.api", "sts"] } },
    path: "network.endpoints.interface",
    says: /expected ecr\.dkr, ec2, eks-auth, because network\.nat is none/,
  },
  {
    rule: "a VPC without NAT and without a way to image layers",
    network: { ...CLOSED, endpoints: { ...CLOSED.endpoints, gateway: [] } },
    path: "network.endpoints.gateway",
    says: /expected s3/,
  },
  {
    rule: "a VPC too small for the pods of the pools",
    network: { cidr: "10.0.0.0/20" },
    more: { cluster: { workloadPool: { min: 3, desired: 3, max: 9 } } },
    path: "network.cidr",
    says: /expected private subnets of \d+ addresses for the pods of the node pools at their maximum; got 512/,
  },
  {
    rule: "a private subnet by hand that is too small for the pods",
    network: {
      subnets: {
        public: ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"],
        private: ["10.0.16.0/20", "10.0.32.0/24", "10.0.48.0/20"],
        intra: ["10.0.3.0/28", "10.0.3.16/28", "10.0.3.32/28"],
      },
    },
    path: "network.subnets.private[1]",
    says: /expected \d+ addresses .*; got 256 in 10\.0\.32\.0\/24/,
  },
  {
    rule: "a subnet smaller than AWS makes",
    network: {
      subnets: {
        public: ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"],
        private: ["10.0.16.0/20", "10.0.32.0/20", "10.0.48.0/20"],
        intra: ["10.0.3.0/29", "10.0.3.16/28", "10.0.3.32/28"],
      },
    },
    path: "network.subnets.intra[0]",
    says: /at most \/28; got "10\.0\.3\.0\/29"/,
  },
];

describe("cross-checks of the network", () => {
  for (const { rule, network, more, path, says } of REFUSED) {
    it(`refuse ${rule}`, () => {
      const problems = problemsOf(network, more);
      assert.deepEqual(
        problems.map((problem) => problem.path),
        [path],
      );
      assert.match(problems[0]?.message ?? "", says);
    });
  }

  it("take an existing VPC, whose Services may overlap a default that does not hold", () => {
    assert.deepEqual(problemsOf({ existing: EXISTING }, { cluster: { serviceCidr: "10.0.128.0/20" } }), []);
    assert.deepEqual(problemsOf({ existing: { ...EXISTING, intraSubnetIds: ids(3, "c") } }), []);
  });

  it("take a VPC without NAT whose nodes reach what they need", () => {
    assert.deepEqual(problemsOf(CLOSED), []);
  });

  it("propose a VPC that is large enough", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 17, max: 20 }), (max, prefix) => {
        const cluster = { workloadPool: { min: 1, desired: 1, max } };
        const [problem] = problemsOf({ cidr: `10.0.0.0/${prefix}` }, { cluster });
        const proposed = /use a \/(\d+)/.exec(problem?.remediation ?? "")?.[1];
        if (proposed !== undefined) {
          assert.deepEqual(problemsOf({ cidr: `10.0.0.0/${proposed}` }, { cluster }), []);
          assert.equal(problemsOf({ cidr: `10.0.0.0/${Number(proposed) + 1}` }, { cluster }).length, 1);
        }
      }),
    );
  });

  it("count a full node's prefixes, one kept ready, and the zone that is lost", () => {
    const pool = (max: number) => ({ instanceTypes: ["m6i.large"], min: 1, desired: 1, max });
    const { config } = stackData({ cluster: { systemPool: pool(1), workloadPool: pool(1) } });
    // m6i.large: 110 pods, 108 of them with addresses in 7 prefixes, one prefix ready, one interface; 5 are AWS's own.
    assert.equal(addressesNeeded(config, 3), 2 * (8 * 16 + 1) + 5);
    const { config: larger } = stackData({ cluster: { systemPool: pool(1), workloadPool: pool(4) } });
    assert.equal(addressesNeeded(larger, 3) - addressesNeeded(config, 3), 129);
    assert.equal(addressesNeeded(larger, 2) - addressesNeeded(config, 2), 3 * 129);
    assert.ok(addressesNeeded(larger, 3) < sizeOf(19));
  });
});
