import type { FaultSpec } from "../../stack/catalog.ts";
import { defined } from "../../kubernetes/defined.ts";
import type { Fault } from "../../kubernetes/istio.ts";

/** What the caller's proxy breaks on purpose. */
export function faultInjection({ delay, abort }: FaultSpec): Fault {
  return defined({
    delay: delay === undefined ? undefined : { percentage: { value: delay.percent }, fixedDelay: delay.fixedDelay },
    abort: abort === undefined ? undefined : { percentage: { value: abort.percent }, httpStatus: abort.httpStatus },
  });
}
