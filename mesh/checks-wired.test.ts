import assert from "node:assert/strict";
import { checkStack } from "./checks/index.ts";
import { stackData } from "../tests/support/stack-data.ts";
import type { PlainObject } from "./stack/plain-object.ts";

/** One slip for each check that its own tests call by itself: a stack must meet it too. */
const SLIPS: readonly (readonly [concern: string, path: string, config: PlainObject, catalog?: PlainObject])[] = [
  [
    "a VPC that exists",
    "network.cidr",
    {
      network: {
        cidr: "10.9.0.0/16",
        existing: {
          vpcId: "vpc-0123456789abcdef0",
          publicSubnetIds: ["subnet-a0000001", "subnet-a0000002", "subnet-a0000003"],
          privateSubnetIds: ["subnet-b0000001", "subnet-b0000002", "subnet-b0000003"],
        },
      },
    },
  ],
  ["endpoints", "network.endpoints.interface", { network: { nat: "none", endpoints: { interface: ["sts"] } } }],
  [
    "addresses of pods",
    "network.cidr",
    {
      network: { cidr: "10.0.0.0/20" },
      cluster: { karpenter: { enabled: true, limits: { cpu: 512, memoryGiB: 2048 } } },
    },
  ],
  [
    "Karpenter",
    "cluster.karpenter.limits.cpu",
    { cluster: { karpenter: { enabled: true, limits: { cpu: 3, memoryGiB: 512 } } } },
  ],
  [
    "faults that are over",
    "services.cart.fault.until",
    { traffic: { faults: true } },
    { services: { cart: { fault: { until: "2020-01-01", abort: { percent: 1, httpStatus: 500 } } } } },
  ],
];

describe("the checks of a stack", () => {
  for (const [concern, path, config, catalog] of SLIPS) {
    it(`look at ${concern}`, () => {
      const paths = checkStack(stackData(config, catalog)).map((problem) => problem.path);
      assert.ok(paths.includes(path), paths.join(", "));
    });
  }
});
