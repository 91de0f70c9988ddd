import assert from "node:assert/strict";
import { readStackFile } from "../load/load.ts";
import { nodePool } from "./schema/node-pool.ts";
import { encryptionKeyPolicy } from "./iam/encryption-key.ts";
import { managedAddons } from "./managed-addons.ts";
import { amiType, nodeVolumes } from "./node-images.ts";
import { POOL_LABEL } from "../stack/node-pools.ts";
import { storageClasses } from "./storage-class.ts";
import { stackData } from "../../tests/support/stack-data.ts";
import { PROJECT_DIRECTORY } from "../../tests/support/stacks.ts";

const pool = nodePool({ instanceType: "m6i.large", size: 3, max: 6 });

describe("images and volumes of nodes", () => {
  for (const [image, instanceType, expected] of [
    ["AL2023", "m6i.large", "AL2023_x86_64_STANDARD"],
    ["AL2023", "m7g.large", "AL2023_ARM_64_STANDARD"],
    ["BOTTLEROCKET", "m6i.large", "BOTTLEROCKET_x86_64"],
    ["BOTTLEROCKET", "m7g.large", "BOTTLEROCKET_ARM_64"],
  ] as const) {
    it(`${image} on ${instanceType}: ${expected}`, () => {
      assert.equal(amiType(pool.parse({ image, instanceTypes: [instanceType] })), expected);
    });
  }

  it("size the volume that holds the images, which for Bottlerocket is the second one", () => {
    assert.deepEqual(nodeVolumes(pool.parse({ diskSizeGiB: 80 })), [{ device: "/dev/xvda", sizeGiB: 80 }]);
    assert.deepEqual(nodeVolumes(pool.parse({ image: "BOTTLEROCKET", diskSizeGiB: 80 })), [
      { device: "/dev/xvda", sizeGiB: 4 },
      { device: "/dev/xvdb", sizeGiB: 80 },
    ]);
  });
});

describe("managed add-ons", () => {
  it("put every Deployment on the system pool, past its taint", () => {
    for (const { name, configuration } of managedAddons().filter(({ beforeNodes }) => !beforeNodes)) {
      const values = (name === "aws-ebs-csi-driver" ? configuration?.["controller"] : configuration) as Record<
        string,
        unknown
      >;
      assert.deepEqual(values["nodeSelector"], { [POOL_LABEL]: "system" }, name);
      assert.deepEqual(
        values["tolerations"],
        [{ key: POOL_LABEL, operator: "Equal", value: "system", effect: "NoSchedule" }],
        name,
      );
    }
  });

  it("turn network policies and prefix delegation on", () => {
    const { configuration } = managedAddons().find(({ name }) => name === "vpc-cni") ?? {};
    assert.deepEqual(configuration, {
      enableNetworkPolicy: "true",
      env: { ENABLE_PREFIX_DELEGATION: "true", WARM_PREFIX_TARGET: "1" },
    });
  });
});

describe("the policy of the encryption key", () => {
  const policy = encryptionKeyPolicy({ account: "123456789012", region: "eu-west-1", clusterName: "shop" });
  const { Statement: statements } = JSON.parse(policy) as {
    Statement: { Principal: Record<string, string>; Condition?: Record<string, Record<string, unknown>> }[];
  };

  it("lets CloudWatch use it for the logs of this cluster and its VPC only", () => {
    const logs = statements.find(({ Principal }) => Principal["Service"] === "logs.eu-west-1.amazonaws.com");
    assert.deepEqual(logs?.Condition?.["ArnLike"]?.["kms:EncryptionContext:aws:logs:arn"], [
      "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/eks/shop/*",
      "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/vpc/shop/*",
    ]);
  });

  it("opens it to nobody outside the account", () => {
    for (const { Principal, Condition } of statements.filter(({ Principal }) => Principal["AWS"] === "*")) {
      assert.equal(Condition?.["StringEquals"]?.["kms:CallerAccount"], "123456789012", JSON.stringify(Principal));
      assert.equal(Condition["StringEquals"]["kms:ViaService"], "ec2.eu-west-1.amazonaws.com");
    }
  });
});

describe("the default storage class", () => {
  it("is gp3, encrypted, and made where the pod is", () => {
    const [gp3] = storageClasses(stackData().config);
    assert.equal(gp3?.metadata.annotations?.["storageclass.kubernetes.io/is-default-class"], "true");
    assert.deepEqual(gp3.parameters, { type: "gp3", encrypted: "true" });
    assert.equal(gp3.volumeBindingMode, "WaitForFirstConsumer");
  });

  it("is left to whoever keeps a cluster that exists", () => {
    const { config } = readStackFile(PROJECT_DIRECTORY, "local");
    assert.deepEqual(storageClasses(config), []);
  });
});
