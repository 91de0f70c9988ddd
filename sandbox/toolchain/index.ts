export { ensureToolchain, type ToolchainOptions } from "./ensure.ts";
export { cacheRoot, type CachePlace } from "./cache.ts";
export { withDirectoryLock, type LockOptions } from "../processes/directory-lock.ts";
export { KUBERNETES_VERSION, PULUMI_VERSION } from "./recipe.ts";
