/** The sandbox's driver: joins the program, the real engine, the local control plane and the fake providers. */
export { destroy } from "./commands/destroy.ts";
export { down, type DownResult } from "./commands/down.ts";
export { kubeconfig } from "./commands/kubeconfig.ts";
export { preview } from "./commands/preview.ts";
export { status, type KindStatus, type StackStatus } from "./commands/status.ts";
export { up, type UpResult } from "./commands/up.ts";
export type { Change, ChangeCounts, ChangeOp, PropertyChange } from "./changes.ts";
export type { ClusterReport, NamespaceReport } from "./cluster-report.ts";
export type { RestartReport } from "./container-report.ts";
export { EngineFailure, Interrupted, shortName, type CommandProblem } from "./errors.ts";
export type { DriverOptions } from "./options.ts";
export { placesOf, type Places } from "./paths.ts";
export type { OperationResult } from "./run-operation.ts";
