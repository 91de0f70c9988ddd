/** A resource as rules see it: what a program registers, without marks of the engine. */
export interface PolicyResource {
  /** Type token: `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  readonly urn: string;
  readonly name: string;
  /** Inputs; a value that is not known yet is `UNKNOWN` (values.ts). */
  readonly props: Readonly<Record<string, unknown>>;
}

/** Something that a rule over a whole stack refuses. */
export interface StackFinding {
  /** The resource it is about; undefined when the stack lacks something. */
  readonly urn?: string;
  readonly message: string;
}

interface RuleText {
  /** Lower case with hyphens: how a configuration of the pack names it. */
  readonly name: string;
  /** What it demands and why, in a sentence. */
  readonly description: string;
  /** A mandatory rule stops the update; an advisory one is only printed. */
  readonly level: "mandatory" | "advisory";
  /** What to do about a finding. */
  readonly remediation: string;
}

/** A rule about one resource at a time. */
export interface ResourceRule extends RuleText {
  readonly kind: "resource";
  /** What is wrong with a resource: none when it passes, or is not what the rule is about. */
  readonly judge: (resource: PolicyResource) => readonly string[];
}

/** A rule about how resources go together. */
export interface StackRule extends RuleText {
  readonly kind: "stack";
  readonly judge: (resources: readonly PolicyResource[]) => readonly StackFinding[];
}

/** A rule of the policy pack: pure, so that tests and the engine run the same one. */
export type PolicyRule = ResourceRule | StackRule;
