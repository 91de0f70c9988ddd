import { make, ofService } from "../../kubernetes/make.ts";
import type { AuthorizationPolicyObject, HelmValues } from "../../kubernetes/objects.ts";
import type { StackConfig } from "../../stack/config.ts";
import type { StackData } from "../../stack/stack.ts";
import { probePaths } from "./authorization-policies.ts";

/** Name of the authorizer in the mesh configuration. */
const EXTERNAL_AUTHORIZER = "external-authorizer";

/** The authorizer as an extension provider of the mesh configuration; none when the stack has none. */
export function authorizerProvider({ security }: StackConfig): HelmValues[] {
  if (security.externalAuthorization === undefined) {
    return [];
  }
  const { host, port, protocol, timeout, failOpen, headers } = security.externalAuthorization;
  const common = { service: host, port, timeout, failOpen };
  return [
    protocol === "grpc"
      ? { name: EXTERNAL_AUTHORIZER, envoyExtAuthzGrpc: common }
      : { name: EXTERNAL_AUTHORIZER, envoyExtAuthzHttp: { ...common, includeRequestHeadersInCheck: headers } },
  ];
}

/** One CUSTOM policy for each service that the authorizer is asked about. It only narrows: ALLOW policies still decide after it. */
export function customPolicies({ config, catalog }: StackData): AuthorizationPolicyObject[] {
  const { services = [], paths } = config.security.externalAuthorization ?? {};
  return services.map((service) => {
    // All but the probes: what is written otherwise is asked about too.
    const operation = paths === undefined ? { notPaths: probePaths(catalog, service) } : { paths: [...paths] };
    return make("AuthorizationPolicy", ofService(catalog, service, `${service}-external-authorization`), {
      selector: { matchLabels: { app: service } },
      action: "CUSTOM",
      provider: { name: EXTERNAL_AUTHORIZER },
      rules: [{ to: [{ operation }] }],
    });
  });
}
