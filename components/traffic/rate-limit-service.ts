import * as pulumi from "@pulumi/pulumi";
import { REDIS_PASSWORD } from "../../mesh/features/rate-limits/names.ts";
import { REDIS_SECRET } from "../../mesh/secrets.ts";
import { childOptions, type ComponentOptions } from "../kubernetes/child-options.ts";
import { createObject } from "../kubernetes/any-object.ts";
import { createCoreObject } from "../kubernetes/core-object.ts";
import { createHelmRelease } from "../kubernetes/helm-release.ts";
import { createSecret } from "../kubernetes/secret.ts";
import { randomPassword } from "../kubernetes/random-password.ts";
import type { RateLimitParts } from "../../mesh/rate-limit-parts.ts";

const PASSWORD_LENGTH = 32;

/** What the service is made from. */
export interface RateLimitServiceArgs {
  /** Its objects and the release of its Redis. Plain: shape the graph. */
  readonly parts: RateLimitParts;
}

/**
 * envoyproxy/ratelimit, which counts the global rate limits for all gateways, with a Redis of its own whose password nobody else
 * knows. In a namespace that is closed before its first pod.
 */
export class RateLimitService extends pulumi.ComponentResource {
  constructor(name: string, args: RateLimitServiceArgs, options: ComponentOptions) {
    super("ecommerce-mesh:traffic:RateLimitService", name, {}, options);
    const { parts } = args;
    const namespace = createCoreObject(name, parts.namespace, childOptions(this, options));
    const guards = parts.guards.map((object) => createObject(name, object, childOptions(this, options, [namespace])));

    const password = randomPassword(`${name}-redis-password`, PASSWORD_LENGTH, childOptions(this, options));
    const secret = createSecret(
      `${name}-redis`,
      REDIS_SECRET,
      { [REDIS_PASSWORD.key]: password },
      childOptions(this, options, [namespace]),
    );
    // Its pods do not start without the Secret.
    const redis = createHelmRelease(parts.redis, childOptions(this, options, [namespace, ...guards, secret]));

    const before = parts.service
      .filter(({ kind }) => kind !== "Deployment")
      .map((object) => createCoreObject(name, object, childOptions(this, options, [namespace])));
    for (const object of parts.service.filter(({ kind }) => kind === "Deployment")) {
      // The service ends at once when it finds no Redis at its start.
      createCoreObject(name, object, childOptions(this, options, [namespace, ...guards, ...before, redis]));
    }
    this.registerOutputs({});
  }
}
