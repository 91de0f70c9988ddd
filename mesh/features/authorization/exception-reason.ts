import type { ProductionRule, SecurityConfig } from "./schema/security.ts";

/** Why a stack may break a rule of the production profile; undefined where it gives no reason. */
export function exceptionReason({ profile, exceptions }: SecurityConfig, rule: ProductionRule): string | undefined {
  return exceptions[rule] ?? (profile === "development" ? "security.profile is development" : undefined);
}
