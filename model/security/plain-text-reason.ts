import { PLAIN_TEXT_REASON } from "../labels.ts";
import type { StackData } from "../stack.ts";

/**
 * Annotations of an object that lets plain text in: why the configuration does, so that reviewers and the policy pack find the
 * reason where the door is. None where the stack says no reason.
 */
export function plainTextReason({ config }: StackData): { readonly annotations?: Readonly<Record<string, string>> } {
  const { profile, exceptions } = config.security;
  const reason =
    exceptions["permissive-mtls"] ?? (profile === "development" ? "security.profile is development" : undefined);
  return reason === undefined ? {} : { annotations: { [PLAIN_TEXT_REASON]: reason } };
}
