/** The sandbox's driver: joins the program, the real engine, the local control plane and the fake providers. */
export { destroy } from "./destroy.ts";
export { down, type DownResult } from "./down.ts";
export { kubeconfig } from "./kubeconfig.ts";
export { preview } from "./preview.ts";
export { status, type KindStatus, type StackStatus } from "./status.ts";
export { up, type UpResult } from "./up.ts";
export type { Change, ChangeCounts, ChangeOp, PropertyChange } from "../changes.ts";
export type { ClusterReport, NamespaceReport } from "../cluster-report.ts";
export type { RestartReport } from "../container-report.ts";
export { EngineFailure, Interrupted, shortName, type CommandProblem } from "../errors.ts";
export type { DriverOptions } from "../options.ts";
export { placesOf, type Places } from "../paths.ts";
export type { OperationResult } from "../run-operation.ts";
