import assert from "node:assert/strict";

import { callFunction } from "../../../sandbox/providers/cloud/aws/functions.ts";
import { cniConfiguration } from "../../../sandbox/providers/cloud/eks/cni.ts";
import { textOf } from "../../../sandbox/providers/cloud/properties.ts";
import { CloudStore } from "../../../sandbox/providers/cloud/store.ts";
import type { Properties } from "../../../sandbox/providers/cloud/types.ts";
import { toPlain, UNKNOWN } from "../../../sandbox/providers/protocol/index.ts";

const call = (token: string, args: Properties = {}): Properties =>
  callFunction(token, {
    args,
    store: new CloudStore(),
    region: "eu-west-1",
    account: "123456789012",
    partition: "aws",
  });

describe("functions of the fake of aws", () => {
  it("write a policy document as IAM reads it", () => {
    const { json } = call("aws:iam/getPolicyDocument:getPolicyDocument", {
      statements: [
        {
          sid: "Assume",
          actions: ["sts:TagSession", "sts:AssumeRole"],
          principals: [{ type: "Service", identifiers: ["pods.eks.amazonaws.com"] }],
          conditions: [{ test: "StringEquals", variable: "aws:SourceAccount", values: ["123456789012"] }],
        },
        { effect: "Deny", actions: ["*"], resources: ["*"] },
      ],
    });
    assert.deepEqual(JSON.parse(textOf(json)), {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "Assume",
          Effect: "Allow",
          Principal: { Service: "pods.eks.amazonaws.com" },
          Action: ["sts:AssumeRole", "sts:TagSession"],
          Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
        },
        { Effect: "Deny", Action: "*", Resource: "*" },
      ],
    });
  });

  it("name three zones of the provider's region", () => {
    const { names } = call("aws:index/getAvailabilityZones:getAvailabilityZones");
    assert.deepEqual(names, ["eu-west-1a", "eu-west-1b", "eu-west-1c"]);
  });

  it("refuse an add-on for a Kubernetes version that does not have it", () => {
    const args = { addonName: "coredns", kubernetesVersion: "1.12" };
    assert.throws(() => call("aws:eks/getAddonVersion:getAddonVersion", args), /coredns with Kubernetes 1\.12/);
  });

  it("refuse a function that has no fake, instead of making an answer up", () => {
    assert.throws(() => call("aws:s3/getObject:getObject"), /does not know the function aws:s3\/getObject/);
  });
});

describe("configuration of the CNI add-on", () => {
  it("is the component's own, in a stable order", () => {
    const text = textOf(toPlain(cniConfiguration({ enablePrefixDelegation: true, enableNetworkPolicy: true })));
    const values = JSON.parse(text) as { env: Record<string, string>; enableNetworkPolicy: string };
    assert.equal(values.env["ENABLE_PREFIX_DELEGATION"], "true");
    assert.equal(values.env["WARM_ENI_TARGET"], "1");
    assert.equal(values.enableNetworkPolicy, "true");
    assert.deepEqual(Object.keys(values.env), Object.keys(values.env).toSorted());
  });

  it("is unknown while an option is", () => {
    assert.equal(cniConfiguration({ warmIpTarget: UNKNOWN }), UNKNOWN);
  });
});
