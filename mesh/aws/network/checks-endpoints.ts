import type { StackConfig } from "../../stack/config.ts";
import { problemIf, problemUnless, repeated, type Problem } from "../../stack/errors.ts";
import { ENDPOINTS_OF_CLOSED_NODES, ENDPOINTS_OF_KARPENTER } from "../schema/network.ts";
import type { Check } from "../../stack/check.ts";

/** Endpoints are named once, and a VPC without a way out has those that its nodes cannot do without. */
export const checkEndpoints: Check = ({ config }) => {
  const { endpoints, nat, existing } = config.network;
  if (config.platform.kind !== "eks" || existing !== undefined) {
    return [];
  }
  return [
    ...repeated("network.endpoints.gateway", endpoints.gateway, "service"),
    ...repeated("network.endpoints.interface", endpoints.interface, "service"),
    ...(nat === "none" ? missing(config) : []),
  ];
};

/** Endpoints that are needed because `nat: none` leaves no way out. */
function missing({ cluster, network: { endpoints } }: StackConfig): Problem[] {
  const [forNodes, forKarpenter] = [ENDPOINTS_OF_CLOSED_NODES, ENDPOINTS_OF_KARPENTER].map((needed) =>
    needed.filter((service) => !endpoints.interface.includes(service)).join(", "),
  );
  return [
    ...problemIf(
      forNodes !== "",
      "network.endpoints.interface",
      `expected ${forNodes}, because network.nat is none and no node joins without them`,
      "add them and let every image come from ECR, or use nat: single",
    ),
    ...problemUnless(
      endpoints.gateway.includes("s3"),
      "network.endpoints.gateway",
      "expected s3, because network.nat is none and the layers of images come from S3",
      "add s3, or use nat: single",
    ),
    ...problemIf(
      cluster.karpenter.enabled && forKarpenter !== "",
      "network.endpoints.interface",
      `expected ${forKarpenter}, because network.nat is none and cluster.karpenter starts no node without them`,
      "add them, or use nat: single",
    ),
  ];
}
