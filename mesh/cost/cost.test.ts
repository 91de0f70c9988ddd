import assert from "node:assert/strict";
import { readStackFile } from "../load/load.ts";
import { costOf, difference, sum, type Cost } from "./cost.ts";
import { instanceHour, type NoPriceError, PRICES } from "./prices.ts";
import { INSTANCE_TYPES } from "../aws/instance-types.ts";
import { stackData } from "../../tests/support/stack-data.ts";
import { PROJECT_DIRECTORY, STACKS } from "../../tests/support/stacks.ts";
import type { PlainObject } from "../stack/plain-object.ts";

const TODAY = "2026-11-21";

describe("the estimated cost of a stack", () => {
  function cost(config: PlainObject = {}): Cost {
    return costOf(stackData(config), TODAY);
  }
  function monthly({ lines }: Cost, item: string): number | undefined {
    return lines.find((line) => line.item === item)?.monthly;
  }

  for (const stack of STACKS) {
    it(`${stack}: the total is the sum of its lines to the cent, the largest line first`, () => {
      const { total, lines } = costOf(readStackFile(PROJECT_DIRECTORY, stack), TODAY);
      const inCents = lines.reduce((cents, line) => cents + Math.round(line.monthly * 100), 0);
      assert.equal(Math.round(total * 100), inCents);
      assert.deepEqual(
        lines.map((line) => line.monthly),
        lines.map((line) => line.monthly).sort((left, right) => right - left),
      );
    });
  }

  it("grows from dev to staging to prod; without AWS there is none", () => {
    const totals = STACKS.map((stack) => costOf(readStackFile(PROJECT_DIRECTORY, stack), TODAY).total);
    const [dev = 0, staging = 0, prod = 0, local] = totals;
    assert.ok(0 < dev && dev < staging && staging < prod, totals.join(" "));
    assert.equal(local, 0);
  });

  it("is that of the price pages: three m6i.large for a month in Ireland", () => {
    const pool = { instanceTypes: ["m6i.large"], min: 3, desired: 3, max: 9, diskSizeGiB: 50 };
    const result = cost({ cluster: { workloadPool: pool } });
    assert.equal(monthly(result, "workload pool"), 234.33); // 3 x 730 x 0.107
    assert.equal(monthly(result, "workload pool volumes"), 13.2); // 3 x 50 x 0.088
    assert.equal(monthly(result, "EKS cluster"), 73);
    assert.equal(result.region, "eu-west-1");
  });

  it("counts the volume of every pod that keeps metrics or traces", () => {
    const volume = { enabled: true, size: "50Gi" };
    const kept = cost({ observability: { prometheus: { replicas: 2, volume, retentionDays: 1 }, jaeger: { volume } } });
    assert.equal(monthly(kept, "Prometheus volumes"), 8.8); // 2 x 50 x 0.088
    assert.equal(monthly(kept, "Jaeger volumes"), 4.4);
    assert.equal(monthly(cost(), "Jaeger volumes"), undefined);
  });

  it("of twice the nodes is twice the line, and on Spot it is less", () => {
    const pool = (desired: number, capacityType = "ON_DEMAND") =>
      monthly(cost({ cluster: { workloadPool: { min: 1, desired, max: 12, capacityType } } }), "workload pool") ?? 0;
    assert.equal(pool(6), 2 * pool(3));
    assert.ok(pool(3, "SPOT") < pool(3));
  });

  it("of a NAT gateway in each zone is that of one, times the zones; none of them costs nothing", () => {
    const nat = (kind: string) => monthly(cost({ network: { nat: kind } }), "NAT gateways");
    assert.equal(nat("perZone"), 3 * (nat("single") ?? 0));
    assert.equal(nat("none"), undefined);
  });

  const absent: readonly [what: string, config: PlainObject, items: readonly string[]][] = [
    ["an internal load balancer", { traffic: { loadBalancer: { scheme: "internal" } } }, ["public addresses"]],
    [
      "a gateway without a load balancer",
      { mesh: { ingressGateway: { serviceType: "ClusterIP" } } },
      ["network load balancer", "public addresses"],
    ],
    ["flow logs that are off", { network: { flowLogs: { enabled: false } } }, ["VPC flow logs"]],
    ["control-plane logs that are off", { cluster: { logs: [] } }, ["control plane logs"]],
    [
      "a key that exists",
      { cluster: { encryptionKeyArn: "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555" } },
      ["KMS key"],
    ],
    [
      "a VPC that exists",
      {
        network: {
          existing: {
            vpcId: "vpc-0123456789abcdef0",
            publicSubnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1", "subnet-0123456789abcdef2"],
            privateSubnetIds: ["subnet-0123456789abcdef3", "subnet-0123456789abcdef4", "subnet-0123456789abcdef5"],
          },
        },
      },
      ["NAT gateways", "NAT data", "VPC flow logs"],
    ],
  ];
  for (const [what, config, items] of absent) {
    it(`${what}: not billed to the stack`, () => {
      items.forEach((item) => {
        assert.notEqual(monthly(cost(), item), undefined, item);
        assert.equal(monthly(cost(config), item), undefined, item);
      });
    });
  }

  it("of Karpenter is its queue; of its nodes the line says where the limits end, and the total does not count them", () => {
    const on = cost({ cluster: { karpenter: { enabled: true, limits: { cpu: 8, memoryGiB: 64 } } } });
    const nodes = on.lines.find(({ item }) => item === "Karpenter nodes");
    assert.equal(nodes?.monthly, 0);
    // Two r7a.xlarge, the dearest, with 50 GiB each: 2 x (730 x 0.3043 x 0.282 / 0.252 + 50 x 0.088).
    assert.match(nodes.quantity, /limits of 8 vCPU and 64 GiB up to 506 USD$/);
    assert.equal(monthly(on, "Karpenter queue"), 0.05);
    assert.equal(difference(cost().total, on.total), 0.05);
    assert.equal(monthly(cost(), "Karpenter nodes"), undefined);
  });

  it("counts an interface endpoint in every zone", () => {
    const endpoints = (names: string[]) =>
      monthly(cost({ network: { endpoints: { interface: names } } }), "interface endpoints");
    assert.equal(endpoints([]), undefined);
    assert.equal(endpoints(["sts"]), 24.19); // 3 x 730 x 0.011 + 10 x 0.01
    assert.equal(endpoints(["sts", "ec2"]), 48.38);
  });

  it("takes the extended price only from a cluster that may stay, once its standard support is over", () => {
    const cluster = (supportType: string, today: string) =>
      monthly(costOf(stackData({ cluster: { version: "1.35", supportType } }), today), "EKS cluster");
    assert.equal(cluster("EXTENDED", "2027-03-27"), 73);
    assert.equal(cluster("EXTENDED", "2027-03-28"), 438);
    assert.equal(cluster("STANDARD", "2027-03-28"), 73);
  });

  it("knows every instance type that a pool may have, in every region it knows", () => {
    for (const [region, prices] of Object.entries(PRICES)) {
      for (const [instanceType, { vcpu }] of Object.entries(INSTANCE_TYPES)) {
        const perVcpu = (instanceHour(prices, instanceType) ?? 0) / vcpu;
        assert.ok(perVcpu > 0.015 && perVcpu < 0.1, `${instanceType} in ${region}: ${perVcpu}`);
      }
    }
  });

  it("takes what a region does not list from us-east-1, as much dearer as its like is there", () => {
    const [here, there] = [PRICES["eu-west-1"], PRICES["us-east-1"]];
    assert.ok(here !== undefined && there !== undefined);
    assert.equal(here.xlargeHour.m6i, 0.214);
    assert.ok(Math.abs(here.xlargeHour.m8g / there.xlargeHour.m8g - 0.214 / 0.192) < 1e-9);
    // Families of one kind are dearer by the same share: what the estimate rests on.
    for (const [family, like] of [
      ["m7g", "m6i"],
      ["m7i", "m6i"],
      ["c7g", "c6i"],
    ] as const) {
      const share = here.xlargeHour[family] / there.xlargeHour[family];
      assert.ok(Math.abs(share / (here.xlargeHour[like] / there.xlargeHour[like]) - 1) < 0.01, family);
    }
  });

  it("of a region or an instance type without a price names the key and what is known", () => {
    const zones = ["sa-east-1a", "sa-east-1b", "sa-east-1c"];
    const platform = { kind: "eks", region: "sa-east-1", zones };
    assert.throws(
      () => cost({ platform }),
      ({ problem }: NoPriceError) =>
        problem.path === "platform.region" && /eu-west-1, us-east-1, eu-central-1/.test(problem.remediation ?? ""),
    );
    assert.throws(
      () => cost({ cluster: { systemPool: { instanceTypes: ["x9.huge"] } } }),
      ({ problem }: NoPriceError) => problem.path === "cluster.systemPool.instanceTypes[0]",
    );
  });

  it("adds amounts without the dust of binary fractions", () => {
    assert.equal(sum([{ monthly: 0.1 }, { monthly: 0.2 }]), 0.3);
  });
});
