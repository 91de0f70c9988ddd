import { Refusal } from "./errors.ts";

/** An operation that can be made to go wrong. */
export type FaultOperation = "create" | "update" | "delete" | "read";

/** Makes an operation go wrong, for tests and drills. */
export interface FaultRule {
  /** Resource type, e.g. `aws:ec2/vpc:Vpc`; `*` for all of the cloud. */
  readonly type: string;
  /** Resource name; of a Kubernetes object that under which the cluster knows it. Default: all. */
  readonly name?: string;
  readonly op: FaultOperation;
  /** `fail`: refuse; `stall`: wait until the operation is cancelled; `exit`: the whole process dies at once, as by kill -9. */
  readonly action: "fail" | "stall" | "exit";
  /** Text of the refusal. */
  readonly message?: string;
}

/** The environment variable that carries rules as a JSON list. */
export const FAULTS_VARIABLE = "MESH_SANDBOX_FAULTS";

const OPERATIONS: readonly string[] = ["create", "update", "delete", "read"] satisfies FaultOperation[];
const ACTIONS: readonly string[] = ["fail", "stall", "exit"] satisfies FaultRule["action"][];

/**
 * Rules from the environment; none when the variable is not set.
 * @throws SyntaxError when it is set to something else than a JSON list of rules.
 */
export function faultsFromEnvironment(environment: Readonly<Record<string, string | undefined>>): readonly FaultRule[] {
  const text = environment[FAULTS_VARIABLE];
  if (text === undefined || text === "") {
    return [];
  }
  const rules: unknown = JSON.parse(text);
  if (!Array.isArray(rules) || !rules.every(isRule)) {
    throw new SyntaxError(`${FAULTS_VARIABLE}: expected a JSON list of {type, name?, op, action, message?}`);
  }
  return rules;
}

function isRule(value: unknown): value is FaultRule {
  const rule = value as Partial<Record<keyof FaultRule, unknown>> | null;
  return (
    typeof rule === "object" &&
    rule !== null &&
    typeof rule.type === "string" &&
    OPERATIONS.includes(String(rule.op)) &&
    ACTIONS.includes(String(rule.action)) &&
    (rule.name === undefined || typeof rule.name === "string") &&
    (rule.message === undefined || typeof rule.message === "string")
  );
}

/**
 * Applies the first rule that fits; does nothing when none does.
 * @throws Refusal for `fail`, and for `stall` once `signal` is aborted.
 */
export async function injectFault(
  rules: readonly FaultRule[],
  operation: {
    readonly op: FaultOperation;
    readonly type: string;
    readonly name: string;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const rule = rules.find(
    (candidate) =>
      candidate.op === operation.op &&
      (candidate.type === "*" || candidate.type === operation.type) &&
      (candidate.name === undefined || candidate.name === operation.name),
  );
  if (rule === undefined) {
    return;
  }
  const what = `${rule.op} of ${operation.type} ${operation.name}`;
  switch (rule.action) {
    case "fail":
      throw new Refusal(rule.message ?? `${what}: fault injected`);
    case "exit":
      process.kill(process.pid, "SIGKILL");
      break;
    case "stall":
      await aborted(operation.signal);
      throw new Refusal(rule.message ?? `${what}: cancelled while stalled`);
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) {
    return;
  }
  await new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
