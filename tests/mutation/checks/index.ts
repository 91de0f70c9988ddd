import type { KubernetesObject } from "../../../mesh/kubernetes/objects.ts";
import type { StackData } from "../../../mesh/stack/stack.ts";
import { access } from "./access.ts";
import type { Check } from "./check.ts";
import { counting } from "./counting.ts";
import { egress } from "./egress.ts";
import { mutualTls } from "./mutual-tls.ts";
import { namespaces } from "./namespaces.ts";
import { network } from "./network.ts";
import { pods } from "./pods.ts";
import { policyPack } from "./policy-pack.ts";
import { scope } from "./scope.ts";
import { tokens } from "./tokens.ts";

/** What must notice a mutant. */
export const CHECKS: Readonly<Record<string, Check>> = {
  "policy pack": policyPack,
  access,
  egress,
  "mutual TLS": mutualTls,
  tokens,
  network,
  scope,
  pods,
  namespaces,
  counting,
};

/** Name of the first check that notices, and what it says; undefined: the mutant survives. */
export function killerOf(
  stack: StackData,
  objects: readonly KubernetesObject[],
  checks: Readonly<Record<string, Check>> = CHECKS,
): string | undefined {
  for (const [name, check] of Object.entries(checks)) {
    const found = check(stack, objects);
    if (found !== undefined) {
      return `${name}: ${found}`;
    }
  }
  return undefined;
}
