import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { PROJECT_DIRECTORY } from "../../tests/support/stacks.ts";

interface Job {
  readonly if?: string;
  readonly needs?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly concurrency?: Readonly<Record<string, unknown>>;
  readonly strategy?: { readonly matrix: { readonly stack: readonly string[] } };
  readonly steps?: readonly {
    readonly name?: string;
    readonly if?: string;
    readonly uses?: string;
    readonly with?: Readonly<Record<string, unknown>>;
  }[];
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const DIRECTORY = join(PROJECT_DIRECTORY, ".github/workflows");

function workflow(name: string): Workflow {
  return parse(readFileSync(join(DIRECTORY, `${name}.yml`), "utf8")) as Workflow;
}

/** The stacks on AWS that the repository ships. */
const STACKS = readdirSync(PROJECT_DIRECTORY)
  .flatMap((file) => /^Pulumi\.(\w+)\.yaml$/.exec(file)?.[1] ?? [])
  .filter((stack) => readFileSync(join(PROJECT_DIRECTORY, `Pulumi.${stack}.yaml`), "utf8").includes("kind: eks"))
  .sort();

describe("workflows", () => {
  it("name every action by the commit that it is", () => {
    for (const file of readdirSync(DIRECTORY)) {
      const used = [...readFileSync(join(DIRECTORY, file), "utf8").matchAll(/uses: (?!\.\/)(\S+)/g)].map(
        ([, it]) => it,
      );
      for (const action of used) {
        assert.match(action ?? "", /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/, file);
      }
    }
  });

  it("preview every stack in a pull request, and compare every stack with what is there", () => {
    for (const name of ["preview", "drift"]) {
      const [job] = Object.values(workflow(name).jobs);
      assert.deepEqual([...(job?.strategy?.matrix.stack ?? [])].sort(), STACKS, name);
    }
  });

  it("bring what is on main to one stack after the other, each in its own environment", () => {
    const { on, jobs } = workflow("up");
    assert.deepEqual((on["push"] as { branches: string[] }).branches, ["main"]);
    assert.deepEqual(Object.keys(jobs).sort(), STACKS);
    assert.deepEqual(
      Object.entries(jobs).map(([name, { needs, with: given }]) => [name, needs, given]),
      [
        ["dev", undefined, { stack: "dev", command: "up" }],
        ["staging", "dev", { stack: "staging", command: "up" }],
        ["prod", "staging", { stack: "prod", command: "up" }],
      ],
    );
    for (const { if: condition = "", needs } of Object.values(jobs)) {
      assert.ok(needs === undefined || condition.includes("!failure()"), "goes on after a stack that failed");
    }
    const [run] = Object.values(workflow("stack").jobs);
    assert.equal(run?.environment, "${{ inputs.stack }}");
    assert.deepEqual(run.concurrency, { group: "stack-${{ inputs.stack }}", "cancel-in-progress": false });
  });

  it("hold an update to the policy pack, and want nothing left to change after it", () => {
    const steps = workflow("stack").jobs["run"]?.steps ?? [];
    const pulumi = steps.flatMap(({ uses, with: given }) => (uses?.startsWith("pulumi/actions@") ? [given ?? {}] : []));
    assert.deepEqual(
      pulumi.map((given) => [given["command"], given["policyPacks"], given["expect-no-changes"]]),
      [
        ["up", "policy", undefined],
        ["preview", undefined, true],
      ],
    );
  });

  it("ask the doctor after an update that failed, too: it names the pod", () => {
    const steps = workflow("stack").jobs["run"]?.steps ?? [];
    assert.deepEqual(
      steps.flatMap(({ name, if: condition }) => (name === "mesh doctor" ? [condition] : [])),
      ["success() || failure()"],
    );
  });

  it("give no job a token that writes to the repository", () => {
    for (const file of readdirSync(DIRECTORY)) {
      const { permissions } = workflow(file.replace(".yml", ""));
      assert.equal(permissions["contents"], "read", file);
    }
  });
});
