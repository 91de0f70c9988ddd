import * as pulumi from "@pulumi/pulumi";
import { REDIS_PASSWORD } from "../../mesh/features/rate-limits/names.ts";
import type { ComponentPlan } from "../../mesh/groups.ts";
import { REDIS_SECRET } from "../../mesh/secrets.ts";
import { childOptions, type ComponentOptions } from "../kubernetes/child-options.ts";
import { createSecret, randomPassword } from "../kubernetes/secret.ts";
import { registerGroups } from "../ordered-objects.ts";

const PASSWORD_LENGTH = 32;

/**
 * envoyproxy/ratelimit, which counts the global rate limits for all gateways, with a Redis of its own whose password nobody else
 * knows. In a namespace that is closed before its first pod.
 */
export class RateLimitService extends pulumi.ComponentResource {
  constructor(plan: ComponentPlan, options: ComponentOptions) {
    const { type, name } = plan;
    super(type, name, {}, options);
    const password = randomPassword(`${name}-redis-password`, PASSWORD_LENGTH, childOptions(this, options));
    const data = { [REDIS_PASSWORD.key]: password };
    registerGroups(this, plan, options, {
      makers: { "redis-secret": (_, child) => [createSecret(`${name}-redis`, REDIS_SECRET, data, child)] },
    });
    this.registerOutputs({});
  }
}
