import { textOf } from "../properties.ts";
import { type CreateRule, type DeleteRule, referring } from "./rule.ts";

const RULE = "aws:cloudwatch/eventRule:EventRule";
const TARGET = "aws:cloudwatch/eventTarget:EventTarget";
const QUEUE = "aws:sqs/queue:Queue";

/** A target belongs to a rule that exists. */
export const eventRuleExists: CreateRule = (store, inputs) => {
  const rule = textOf(inputs["rule"]);
  return store.get(RULE, rule) === undefined
    ? `ResourceNotFoundException: Rule ${rule} does not exist on EventBus default.`
    : undefined;
};

/** A rule goes after its targets. */
export const eventRuleWithoutTargets: DeleteRule = (store, rule) =>
  referring(store, TARGET, "rule", rule.id).length > 0
    ? "ValidationException: Rule can't be deleted since it has targets."
    : undefined;

/** A name is one queue's in a region. */
export const queueNameFree: CreateRule = (store, inputs) => {
  const name = textOf(inputs["name"]);
  return store.list(QUEUE).some((queue) => queue.inputs["name"] === name)
    ? `QueueAlreadyExists: A queue already exists with the name ${name}`
    : undefined;
};

/** A policy belongs to a queue that exists. */
export const queueExists: CreateRule = (store, inputs) => {
  const url = textOf(inputs["queueUrl"]);
  return store.list(QUEUE).some((queue) => queue.outputs["url"] === url)
    ? undefined
    : `AWS.SimpleQueueService.NonExistentQueue: The specified queue ${url} does not exist.`;
};
