import { make, named } from "../../kubernetes/make.ts";
import { serviceLabels } from "../../kubernetes/labels.ts";
import type { AuthorizationPolicyObject, HelmValues } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";
import { probePaths } from "./authorization-policies.ts";

/** Name of the authorizer in the mesh configuration. */
export const EXTERNAL_AUTHORIZER = "external-authorizer";

/** The authorizer as an extension provider of the mesh configuration; none when the stack has none. */
export function authorizerProvider({ security }: StackData["config"]): HelmValues[] {
  const { externalAuthorization } = security;
  if (externalAuthorization === undefined) {
    return [];
  }
  const { host, port, protocol, timeout, failOpen, headers } = externalAuthorization;
  const common = { service: host, port, timeout, failOpen };
  return [
    protocol === "grpc"
      ? { name: EXTERNAL_AUTHORIZER, envoyExtAuthzGrpc: common }
      : { name: EXTERNAL_AUTHORIZER, envoyExtAuthzHttp: { ...common, includeRequestHeadersInCheck: headers } },
  ];
}

/** One CUSTOM policy for each service that the authorizer is asked about. It only narrows: ALLOW policies still decide after it. */
export function customPolicies({ config, catalog }: StackData): AuthorizationPolicyObject[] {
  const { externalAuthorization } = config.security;
  if (externalAuthorization === undefined) {
    return [];
  }
  const { services, paths } = externalAuthorization;
  return services.map((service) =>
    make(
      "AuthorizationPolicy",
      named(`${service}-external-authorization`, catalog.namespace, serviceLabels(catalog, service)),
      {
        selector: { matchLabels: { app: service } },
        action: "CUSTOM",
        provider: { name: EXTERNAL_AUTHORIZER },
        // All but the probes: what is written otherwise is asked about too.
        rules: [
          {
            to: [
              { operation: paths === undefined ? { notPaths: probePaths(catalog, service) } : { paths: [...paths] } },
            ],
          },
        ],
      },
    ),
  );
}
