import { problemIf, problemUnless, type Problem } from "../../stack/errors.ts";
import { ENDPOINTS_OF_CLOSED_NODES, ENDPOINTS_OF_KARPENTER } from "../schema/network.ts";
import type { Check } from "../../stack/check.ts";

/** Endpoints are named once, and a VPC without a way out has those that its nodes cannot do without. */
export const checkEndpoints: Check = ({ config }) => {
  const { endpoints, nat, existing } = config.network;
  if (config.platform.kind !== "eks" || existing !== undefined) {
    return [];
  }
  return [
    ...twice("network.endpoints.gateway", endpoints.gateway),
    ...twice("network.endpoints.interface", endpoints.interface),
    ...(nat === "none" ? [...missing(endpoints), ...missingForKarpenter(config)] : []),
  ];
};

function twice(path: string, services: readonly string[]): Problem[] {
  return services.flatMap((service, index) =>
    problemIf(
      services.indexOf(service) < index,
      `${path}[${index}]`,
      `expected each service once; got "${service}" again`,
    ),
  );
}

function missing(endpoints: Parameters<Check>[0]["config"]["network"]["endpoints"]): Problem[] {
  const needed = ENDPOINTS_OF_CLOSED_NODES.filter((service) => !endpoints.interface.includes(service));
  const images = "and let every image come from ECR";
  return [
    ...problemIf(
      needed.length !== 0,
      "network.endpoints.interface",
      `expected ${needed.join(", ")}, because network.nat is none and no node joins without them`,
      `add them ${images}, or use nat: single`,
    ),
    ...problemUnless(
      endpoints.gateway.includes("s3"),
      "network.endpoints.gateway",
      "expected s3, because network.nat is none and the layers of images come from S3",
      "add s3, or use nat: single",
    ),
  ];
}

function missingForKarpenter({ cluster, network }: Parameters<Check>[0]["config"]): Problem[] {
  const needed = ENDPOINTS_OF_KARPENTER.filter((service) => !network.endpoints.interface.includes(service));
  return problemUnless(
    !cluster.karpenter.enabled || needed.length === 0,
    "network.endpoints.interface",
    `expected ${needed.join(", ")}, because network.nat is none and cluster.karpenter starts no node without them`,
    "add them, or use nat: single",
  );
}
