import { rateLimitServiceConfig } from "./features/rate-limits/global.ts";
import { installsRateLimitService } from "./features/rate-limits/limits.ts";
import { stackObjects, stackReleases } from "./inventory.ts";
import type { KubernetesObject } from "./kubernetes/objects.ts";
import type { SecretTemplate } from "./kubernetes/secret-template.ts";
import { toYaml } from "./kubernetes/yaml.ts";
import { secretTemplates } from "./secrets.ts";
import type { StackData } from "./stack/stack.ts";

/** One file of a rendered stack. */
export interface RenderedFile {
  /** Path below the output folder, with `/`. */
  readonly path: string;
  readonly content: string;
}

/** Folder of what lies in no namespace. */
const CLUSTER_WIDE = "_cluster";

/** Placeholder of a value in a rendered Secret. */
export const MASK = "[secret]";

/**
 * What a stack would apply, as files: `objects/<namespace>/<kind>-<name>.yaml`, `releases/<name>.yaml`,
 * and `settings/` for what the stack does not apply itself.
 * The same stack always gives the same bytes; secrets are masked.
 */
export function renderStack(stack: StackData, clusterName: string): RenderedFile[] {
  return [
    ...stackObjects(stack, clusterName).map((object) => objectFile(object.kind, object.metadata, object)),
    ...secretTemplates(stack).map((template) => objectFile("Secret", template.metadata, maskedSecret(template))),
    ...stackReleases(stack, clusterName).map((release) => ({
      path: `releases/${release.name}.yaml`,
      content: toYaml(release),
    })),
    ...rateLimitSettings(stack),
  ].sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** What a rate limit service that is not the stack's has to be given. */
function rateLimitSettings(stack: StackData): RenderedFile[] {
  const content = installsRateLimitService(stack) ? undefined : rateLimitServiceConfig(stack);
  return content === undefined ? [] : [{ path: "settings/rate-limit-service.yaml", content }];
}

function objectFile(kind: string, metadata: KubernetesObject["metadata"], object: unknown): RenderedFile {
  // A Namespace lies in its own folder, beside what is in it.
  const namespace = metadata.namespace ?? (kind === "Namespace" ? metadata.name : CLUSTER_WIDE);
  return { path: `objects/${namespace}/${kind.toLowerCase()}-${metadata.name}.yaml`, content: toYaml(object) };
}

function maskedSecret({ metadata, type, keys }: SecretTemplate): unknown {
  const stringData = Object.fromEntries(keys.map((key) => [key, MASK]));
  return { apiVersion: "v1", kind: "Secret", metadata, type, stringData };
}
