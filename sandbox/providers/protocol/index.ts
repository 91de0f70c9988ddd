/** Pulumi's provider protocol, served for the providers that stand in for published ones. */
export * from "./values.ts";
export * from "./diff.ts";
export * from "./errors.ts";
export * from "./paths.ts";
export * from "./provider.ts";
export { FAULTS_VARIABLE, type FaultOperation, type FaultRule, faultsFromEnvironment } from "./faults.ts";
export type { ChildResource, ComponentRequest, ComponentResult, RegisteredResource } from "./component.ts";
export { serveProvider, type ServedProvider, type ServeOptions } from "./server.ts";
