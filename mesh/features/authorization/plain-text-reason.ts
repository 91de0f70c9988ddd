import { PLAIN_TEXT_REASON } from "../../kubernetes/labels.ts";
import type { StackData } from "../../stack/stack.ts";
import { exceptionReason } from "./exception-reason.ts";

/**
 * Annotations of an object that lets plain text in: why the configuration does, so that reviewers and the policy pack find the
 * reason where the door is. None where the stack says no reason.
 */
export function plainTextReason({ config }: StackData): { readonly annotations?: Readonly<Record<string, string>> } {
  const reason = exceptionReason(config.security, "permissive-mtls");
  return reason === undefined ? {} : { annotations: { [PLAIN_TEXT_REASON]: reason } };
}
