import { make, named } from "../../kubernetes/make.ts";
import type { Catalog } from "../../stack/catalog.ts";
import { egressGatewayHost, egressName } from "../../kubernetes/names.ts";
import type { DestinationRuleObject } from "../../kubernetes/objects.ts";
import { trafficPolicy } from "../routing/traffic-policy.ts";
import type { Policy } from "../../kubernetes/istio.ts";
import { type External, externalsOf, gatewayExternals, PLAIN_PORT } from "./externals.ts";
import { EGRESS_VISIBILITY } from "./service-entries.ts";

/** How what lies outside is reached, and how the gateway on the way there. */
export function egressDestinationRules(catalog: Catalog): DestinationRuleObject[] {
  const toGateway = gatewayExternals(catalog);
  return [
    ...externalsOf(catalog).map((external) =>
      destinationRule(catalog, external.name, {
        host: external.spec.host,
        exportTo: [...EGRESS_VISIBILITY],
        trafficPolicy: externalPolicy(external),
      }),
    ),
    ...(toGateway.length === 0
      ? []
      : [
          destinationRule(catalog, egressName(catalog), {
            host: egressGatewayHost(),
            exportTo: ["."],
            subsets: toGateway.map(({ name, spec }) => ({
              name,
              // Mutual TLS tells the gateway who asks, the name for what.
              trafficPolicy: { tls: { mode: "ISTIO_MUTUAL", sni: spec.host } },
            })),
          }),
        ]),
  ];
}

function externalPolicy({ spec }: External): Policy {
  const { host, port, tls, egressGateway, subjectAltNames, connectionPool, outlierDetection } = spec;
  const limits = trafficPolicy({ connectionPool, outlierDetection });
  if (tls === "passthrough") {
    return { ...limits, tls: { mode: "DISABLE" } };
  }
  // Istio takes none of the destination's settings over to a port that has its own.
  return {
    portLevelSettings: [
      {
        port: { number: egressGateway ? port : PLAIN_PORT },
        ...limits,
        // The certificates that the proxy's image trusts. It is Istio's default; said, so that `istioctl analyze` has nothing to say.
        tls: { mode: "SIMPLE", caCertificates: "system", sni: host, subjectAltNames: subjectAltNames ?? [host] },
      },
    ],
  };
}

function destinationRule(catalog: Catalog, name: string, spec: DestinationRuleObject["spec"]): DestinationRuleObject {
  return make("DestinationRule", named(name, catalog.namespace), spec);
}
