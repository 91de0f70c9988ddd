export { ensureProgram, ensureToolchain, type ToolchainOptions } from "./ensure.ts";
export type { CachePlace } from "./cache.ts";
export { cacheRoot } from "./cache-root.ts";
export { withDirectoryLock, type LockOptions } from "../processes/directory-lock.ts";
export {
  ENVOY_VERSION,
  ISTIO_VERSION,
  KUBERNETES_PROVIDER_VERSION,
  KUBERNETES_VERSION,
  PULUMI_VERSION,
} from "./versions.ts";
