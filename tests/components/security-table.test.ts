import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { program } from "../../components/program.ts";
import { readStackFile } from "../../mesh/load/load.ts";
import type { StackConfig } from "../../mesh/stack/config.ts";
import { CONTROL_PLANE_TO_NODES } from "../../mesh/aws/network/security-groups.ts";
import { record, type Registered } from "../support/record.ts";
import { PROJECT_DIRECTORY, settingsOf } from "../support/stacks.ts";

const FILE = join(PROJECT_DIRECTORY, "docs/security.md");
const STACKS = ["dev", "staging", "prod"] as const;
const PORTS_TITLE = "## What the control plane may reach on the nodes";
const STATES = ["yes", "no", "AWS", "you"];

interface Row {
  readonly id: string;
  readonly cells: Readonly<Record<string, string>>;
  readonly why: string;
}

/** Ports in the table of what the control plane may reach. */
function portsOfTable(): number[] {
  const section = readFileSync(FILE, "utf8").split(PORTS_TITLE)[1] ?? "";
  return [...section.matchAll(/^\| (\d+) +\|/gm)].map(([, port]) => Number(port));
}

/** What the program makes of a stack. */
class Built {
  constructor(
    readonly config: StackConfig,
    readonly registered: readonly Registered[],
  ) {}

  /** Inputs of every resource of a type, such as `kms/key:Key`. */
  of(type: string): Registered["inputs"][] {
    return this.registered.filter((resource) => resource.type.endsWith(type)).map(({ inputs }) => inputs);
  }

  /** Whether there are resources of a type and all of them pass. */
  every(type: string, passes: (inputs: Record<string, unknown>) => boolean): boolean {
    const found = this.of(type);
    return found.length > 0 && found.every(passes);
  }
}

/** A value inside of inputs, by keys and indices. */
function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<string | number, unknown> | undefined)?.[key], value);
}

const CLUSTER = "eks:index:Cluster";
const LOG_GROUP = "cloudwatch/logGroup:LogGroup";
const TEMPLATE = "ec2/launchTemplate:LaunchTemplate";

/** Whether a stack does what a row of the table says. Rows that are not here say no, or something that no input shows. */
const FACTS: Readonly<Record<string, (built: Built) => boolean>> = {
  "2.1.1": (built) =>
    built.every(CLUSTER, (inputs) => (inputs["enabledClusterLogTypes"] as string[]).includes("audit")),
  "2.1.2": (built) => built.every(LOG_GROUP, (inputs) => Number(inputs["retentionInDays"]) > 0),
  "4.1.1": ({ config }) => config.cluster.access.admins.length === 0,
  "4.1.4": ({ config }) => config.cluster.access.deployers.length === 0,
  "4.1.7": (built) => built.every(CLUSTER, (inputs) => inputs["authenticationMode"] === "API"),
  "4.3.1": (built) =>
    built
      .of("eks/addon:Addon")
      .some(
        (inputs) =>
          inputs["addonName"] === "vpc-cni" &&
          at(JSON.parse(String(inputs["configurationValues"])), "enableNetworkPolicy") === "true",
      ),
  "4.3.2": (built) =>
    built.every(":Namespace", (namespace) =>
      built
        .of(":NetworkPolicy")
        .some((policy) => at(policy, "metadata", "namespace") === at(namespace, "metadata", "name")),
    ),
  "5.4.4": (built) => built.of(":NetworkPolicy").length > 0,
  "5.1.3": (built) =>
    built
      .of("iam/rolePolicyAttachment:RolePolicyAttachment")
      .some(({ policyArn }) => String(policyArn).endsWith("ContainerRegistryPullOnly")),
  "5.2.1": (built) => built.of("eks/podIdentityAssociation:PodIdentityAssociation").length >= 3,
  "5.3.1": (built) => built.every(CLUSTER, (inputs) => inputs["encryptionConfigKeyArn"] !== undefined),
  "5.4.1": (built) =>
    built.every(CLUSTER, (inputs) => !((inputs["publicAccessCidrs"] ?? []) as string[]).includes("0.0.0.0/0")),
  "5.4.2": (built) => built.every(CLUSTER, (inputs) => inputs["endpointPublicAccess"] === false),
  "5.4.5": ({ config }) => config.traffic.tls.mode !== "none" && config.traffic.httpsRedirect,
  CKV_AWS_37: (built) => built.every(CLUSTER, (inputs) => (inputs["enabledClusterLogTypes"] as string[]).length === 5),
  CKV_AWS_338: (built) => built.every(LOG_GROUP, (inputs) => Number(inputs["retentionInDays"]) >= 365),
  CKV_AWS_158: (built) => built.every(LOG_GROUP, (inputs) => inputs["kmsKeyId"] !== undefined),
  CKV_AWS_7: (built) => built.every("kms/key:Key", (inputs) => inputs["enableKeyRotation"] === true),
  CKV_AWS_79: (built) => built.every(TEMPLATE, (inputs) => at(inputs, "metadataOptions", "httpTokens") === "required"),
  CKV_AWS_341: (built) =>
    built.every(TEMPLATE, (inputs) => at(inputs, "metadataOptions", "httpPutResponseHopLimit") === 1),
  CKV_AWS_189: (built) =>
    built.every(TEMPLATE, (inputs) => at(inputs, "blockDeviceMappings", 0, "ebs", "kmsKeyId") !== undefined) &&
    built.every(":StorageClass", (inputs) => at(inputs, "parameters", "kmsKeyId") !== undefined),
  CKV_AWS_100: (built) => built.every(TEMPLATE, (inputs) => inputs["keyName"] === undefined),
  "Karpenter nodes": (built) =>
    built.every(
      "EC2NodeClass",
      (inputs) =>
        at(inputs, "spec", "metadataOptions", "httpTokens") === "required" &&
        at(inputs, "spec", "metadataOptions", "httpPutResponseHopLimit") === 1 &&
        at(inputs, "spec", "associatePublicIPAddress") === false &&
        at(inputs, "spec", "blockDeviceMappings", 0, "ebs", "kmsKeyID") !== undefined,
    ),
  "Karpenter rights": (built) =>
    built
      .of("iam/rolePolicy:RolePolicy")
      .some(({ policy }) => /TerminateInstances.*aws:ResourceTag\/kubernetes.io\/cluster\//.test(String(policy))),
  CKV_AWS_27: (built) => built.every("sqs/queue:Queue", (inputs) => inputs["sqsManagedSseEnabled"] === true),
  CKV2_AWS_11: (built) => built.of("ec2/flowLog:FlowLog").length > 0,
  CKV2_AWS_12: (built) => built.of("ec2/defaultSecurityGroup:DefaultSecurityGroup").length > 0,
  CKV_AWS_130: (built) => built.every("ec2/subnet:Subnet", (inputs) => inputs["mapPublicIpOnLaunch"] !== true),
  CKV_AWS_91: ({ config }) => config.traffic.loadBalancer.accessLogsBucket !== undefined,
  CKV_AWS_150: ({ config }) => config.traffic.loadBalancer.deletionProtection,
  "cluster protection": (built) =>
    built.every(CLUSTER, (inputs) => inputs["deletionProtection"] === true) &&
    built.registered.some(({ type, protect }) => type === CLUSTER && protect),
  zones: (built) => built.every("eks/nodeGroup:NodeGroup", (inputs) => (inputs["subnetIds"] as unknown[]).length === 3),
  "NAT by zone": (built) => built.of("ec2/natGateway:NatGateway").length === 3,
  "private endpoints": ({ config }) =>
    (["ecr.api", "ecr.dkr", "sts"] as const).every((name) => config.network.endpoints.interface.includes(name)),
  "mutual TLS": ({ config }) => config.security.mtls === "STRICT",
  "known ways out": ({ config }) => config.mesh.outboundTraffic === "REGISTRY_ONLY",
  Bottlerocket: (built) =>
    built.every("eks/nodeGroup:NodeGroup", (inputs) => String(inputs["amiType"]).startsWith("BOTTLEROCKET")),
};

describe("the tables of docs/security.md", () => {
  const rows = rowsOf(readFileSync(FILE, "utf8"));

  it("say yes, no, AWS or you of every stack, once for each item", () => {
    assert.ok(rows.length > 40, `${rows.length} rows`);
    rows.forEach(({ id, cells }) => {
      STACKS.forEach((stack) =>
        assert.ok(STATES.includes(cells[stack] ?? ""), `${id}, ${stack}: ${cells[stack] ?? ""}`),
      );
    });
    assert.equal(new Set(rows.map(({ id }) => id)).size, rows.length);
  });

  it("link a file that exists for every yes, and say why for every no", () => {
    rows.forEach(({ id, cells, why }) => {
      const links = [...why.matchAll(/\]\(([^)#]+)/g)].map(([, link = ""]) => link);
      links.forEach((link) => assert.ok(existsSync(join(dirname(FILE), link)), `${id}: ${link}`));
      const states = Object.values(cells);
      assert.ok(!states.includes("yes") || links.length > 0, `${id}: no link`);
      assert.ok(!states.includes("no") || why.replaceAll(/\[.*?\]\(.*?\)/g, "").trim().length > 10, `${id}: no reason`);
    });
  });

  it("have a row for every fact that is checked", () => {
    const ids = rows.map(({ id }) => id);
    assert.deepEqual(
      Object.keys(FACTS).filter((id) => !ids.includes(id)),
      [],
    );
  });

  it("name every port that the control plane reaches on the nodes, and no other", () => {
    assert.deepEqual(
      portsOfTable(),
      CONTROL_PLANE_TO_NODES.map(({ port }) => port),
    );
  });

  for (const stack of STACKS) {
    it(`say of ${stack} what the program makes of it`, async () => {
      const registered = await record(() => program(), { stack, settings: settingsOf(stack) });
      const built = new Built(readStackFile(PROJECT_DIRECTORY, stack).config, registered);
      const said = rows.flatMap(({ id, cells }) => (FACTS[id] === undefined ? [] : [[id, cells[stack]]]));
      const made = rows.flatMap(({ id }) => {
        const fact = FACTS[id];
        return fact === undefined ? [] : [[id, fact(built) ? "yes" : "no"]];
      });
      assert.deepEqual(said, made);
    });
  }
});

/** Rows of every table that has a column for each stack. */
function rowsOf(text: string): Row[] {
  return text
    .split(PORTS_TITLE, 1)
    .join("")
    .split("\n")
    .filter((line) => line.startsWith("| ") && !/^\| (Id|-)/.test(line))
    .map((line) => {
      const [id = "", , dev = "", staging = "", prod = "", why = ""] = line
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim());
      return { id, cells: { dev, staging, prod }, why };
    });
}
