import { digest, uuidOf } from "../ids.ts";
import { textOf } from "../properties.ts";
import type { Making, ResourceType } from "../types.ts";

const nameOf = ({ inputs, id }: Making): string => textOf(inputs["name"]) || id;
const byName = (service: string, kind: string) => ({
  service,
  resource: (making: Making) => `${kind}${nameOf(making)}`,
});

/** KMS. */
export const KMS_TYPES: Readonly<Record<string, ResourceType>> = {
  "aws:kms/key:Key": {
    idFromHash: uuidOf,
    arn: { service: "kms", resource: ({ id }) => `key/${id}` },
    taggable: true,
    replaceOn: ["customerMasterKeySpec", "keyUsage", "multiRegion"],
    defaults: { isEnabled: true, keyUsage: "ENCRYPT_DECRYPT", customerMasterKeySpec: "SYMMETRIC_DEFAULT" },
    assigned: ({ id }) => ({ keyId: id }),
  },
  "aws:kms/alias:Alias": {
    idFrom: ["name"],
    autoname: "name",
    arn: byName("kms", ""),
    replaceOn: ["name", "namePrefix"],
  },
};

/** CloudWatch, its logs, and SNS behind alarms. */
export const OBSERVABILITY_TYPES: Readonly<Record<string, ResourceType>> = {
  "aws:cloudwatch/logGroup:LogGroup": {
    idFrom: ["name"],
    autoname: "name",
    arn: byName("logs", "log-group:"),
    taggable: true,
    replaceOn: ["name", "namePrefix", "logGroupClass"],
    defaults: { retentionInDays: 0, skipDestroy: false },
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    idFrom: ["name"],
    autoname: "name",
    arn: byName("cloudwatch", "alarm:"),
    taggable: true,
    replaceOn: ["name"],
  },
  "aws:cloudwatch/eventRule:EventRule": {
    idFrom: ["name"],
    autoname: "name",
    arn: byName("events", "rule/"),
    taggable: true,
    replaceOn: ["name", "namePrefix", "eventBusName"],
    defaults: { eventBusName: "default", state: "ENABLED" },
  },
  "aws:cloudwatch/eventTarget:EventTarget": {
    idFrom: ["rule", "targetId"],
    autoname: "targetId",
    replaceOn: ["rule", "targetId", "eventBusName"],
  },
  "aws:sns/topic:Topic": {
    prefix: "topic",
    idIsArn: true,
    autoname: "name",
    arn: byName("sns", ""),
    taggable: true,
    replaceOn: ["name", "fifoTopic"],
  },
};

/** What a mesh's edge and its secrets use. */
export const EDGE_TYPES: Readonly<Record<string, ResourceType>> = {
  "aws:acm/certificate:Certificate": {
    idFromHash: uuidOf,
    idIsArn: true,
    arn: { service: "acm", resource: ({ id }) => `certificate/${id}` },
    taggable: true,
    replaceOn: ["domainName", "subjectAlternativeNames", "validationMethod", "keyAlgorithm"],
    assigned: ({ inputs, id }) => ({
      status: "PENDING_VALIDATION",
      domainValidationOptions: [
        {
          domainName: textOf(inputs["domainName"]),
          resourceRecordName: `_${digest(32, id)}.${textOf(inputs["domainName"])}.`,
          resourceRecordType: "CNAME",
          resourceRecordValue: `_${digest(32, id, "value")}.acm-validations.aws.`,
        },
      ],
    }),
  },
  "aws:route53/zone:Zone": {
    idFromHash: (hash) => `Z0${hash.slice(0, 19).toUpperCase()}`,
    arn: { service: "route53", global: true, resource: ({ id }) => `hostedzone/${id}` },
    taggable: true,
    replaceOn: ["name", "delegationSetId"],
    assigned: ({ id }) => ({ zoneId: id, nameServers: ["ns-1.awsdns-01.org", "ns-2.awsdns-02.com"] }),
  },
  "aws:route53/record:Record": { idFrom: ["zoneId", "name", "type"], replaceOn: ["zoneId", "name", "type"] },
  "aws:secretsmanager/secret:Secret": {
    prefix: "secret",
    idIsArn: true,
    autoname: "name",
    arn: { service: "secretsmanager", resource: (making) => `secret:${nameOf(making)}-${digest(6, making.id)}` },
    taggable: true,
    replaceOn: ["name", "namePrefix"],
  },
  "aws:sqs/queue:Queue": {
    prefix: "queue",
    autoname: "name",
    arn: byName("sqs", ""),
    taggable: true,
    replaceOn: ["name", "fifoQueue"],
    assigned: (making) => ({ url: `https://sqs.${making.region}.amazonaws.com/${making.account}/${nameOf(making)}` }),
  },
  "aws:sqs/queuePolicy:QueuePolicy": { idFrom: ["queueUrl"], replaceOn: ["queueUrl"] },
  "aws:s3/bucket:Bucket": {
    idFrom: ["bucket"],
    autoname: "bucket",
    taggable: true,
    replaceOn: ["bucket", "bucketPrefix"],
    assigned: ({ inputs, region, partition }) => ({
      arn: `arn:${partition}:s3:::${textOf(inputs["bucket"])}`,
      region,
      bucketRegionalDomainName: `${textOf(inputs["bucket"])}.s3.${region}.amazonaws.com`,
    }),
  },
};
