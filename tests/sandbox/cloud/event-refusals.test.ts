import assert from "node:assert/strict";
import { refuseCreate, refuseDelete } from "../../../sandbox/providers/cloud/refusals/index.ts";
import { CloudStore } from "../../../sandbox/providers/cloud/store.ts";

const RULE = "aws:cloudwatch/eventRule:EventRule";
const TARGET = "aws:cloudwatch/eventTarget:EventTarget";
const QUEUE = "aws:sqs/queue:Queue";
const QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy";
const ROLE = "aws:iam/role:Role";
const PROFILE = "aws:iam/instanceProfile:InstanceProfile";

describe("what the fake cloud refuses: events, queues and instance profiles", () => {
  let store: CloudStore;
  const put = (type: string, id: string, inputs: Record<string, string>, outputs: Record<string, string> = {}) => {
    const object = { id, type, urn: `urn:${id}`, inputs, outputs };
    store.put(object);
    return object;
  };

  beforeEach(() => {
    store = new CloudStore();
  });

  it("a target of a rule that does not exist, and a rule that still has targets", () => {
    assert.throws(() => refuseCreate(store, TARGET, { rule: "spot", arn: "arn:queue" }), /Rule spot does not exist/);
    const rule = put(RULE, "spot", { name: "spot" });
    refuseCreate(store, TARGET, { rule: "spot", arn: "arn:queue" });
    put(TARGET, "spot:target", { rule: "spot", arn: "arn:queue" });
    assert.throws(() => refuseDelete(store, rule), /can't be deleted since it has targets/);
    store.remove(TARGET, "spot:target");
    refuseDelete(store, rule);
  });

  it("a second queue of a name, and a policy of a queue that does not exist", () => {
    assert.throws(() => refuseCreate(store, QUEUE_POLICY, { queueUrl: "https://sqs/shop" }), /NonExistentQueue/);
    put(QUEUE, "queue-1", { name: "shop" }, { url: "https://sqs/shop" });
    refuseCreate(store, QUEUE_POLICY, { queueUrl: "https://sqs/shop" });
    assert.throws(() => refuseCreate(store, QUEUE, { name: "shop" }), /QueueAlreadyExists/);
    refuseCreate(store, QUEUE, { name: "other" });
  });

  it("an instance profile of a role that does not exist, and a role that is still in one", () => {
    assert.throws(() => refuseCreate(store, PROFILE, { role: "nodes" }), /NoSuchEntity.*nodes/);
    const role = put(ROLE, "nodes", { name: "nodes" });
    refuseCreate(store, PROFILE, { role: "nodes" });
    put(PROFILE, "profile", { role: "nodes" });
    assert.throws(() => refuseDelete(store, role), /must remove roles from instance profile first/);
  });
});
