import type { ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import type { PolicyResource, ResourceRule, PolicyRule, StackRule } from "../analysis/policy/rules/rule.ts";
import { knownProps } from "./props.ts";

/** What the SDK tells about a resource: its inputs to a rule about one, its outputs to a rule about the stack. */
interface Shown {
  readonly type: string;
  readonly urn: string;
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
}

/**
 * The rules as the engine's SDK takes them. Rules about a stack are given the inputs too, which the rules about single resources
 * were shown before: a preview knows few outputs, and of some resources none at all.
 */
export function policiesOf(rules: readonly PolicyRule[]): (ResourceValidationPolicy | StackValidationPolicy)[] {
  const seen = new Map<string, PolicyResource>();
  return rules.map((rule) => (rule.kind === "resource" ? resourcePolicy(rule, seen) : stackPolicy(rule, seen)));
}

function resourcePolicy(rule: ResourceRule, seen: Map<string, PolicyResource>): ResourceValidationPolicy {
  return {
    ...textOf(rule),
    validateResource: (shown, report) => {
      const resource = known(shown);
      seen.set(resource.urn, resource);
      rule.judge(resource).forEach((message) => report(sentence(rule, message)));
    },
  };
}

function stackPolicy(rule: StackRule, seen: ReadonlyMap<string, PolicyResource>): StackValidationPolicy {
  return {
    ...textOf(rule),
    validateStack: ({ resources }, report) =>
      rule
        .judge(resources.map((shown) => seen.get(shown.urn) ?? known(shown)))
        .forEach(({ message, urn }) => report(sentence(rule, message), urn)),
  };
}

function known({ type, urn, name, props }: Shown): PolicyResource {
  return { type, urn, name, props: knownProps(props) };
}

function textOf({ name, description, level, remediation }: PolicyRule) {
  return { name, description, enforcementLevel: level, remediationSteps: remediation };
}

function sentence({ remediation }: PolicyRule, message: string): string {
  return `${message}. ${remediation}`;
}
