import { z } from "zod";
import { optional, percent, record, replicas } from "../../../schema/common.ts";
import { headers } from "../../routing/schema/headers.ts";
import { loadBalancing } from "../../routing/schema/load-balancing.ts";
import { connectionPool, outlierDetection } from "../../routing/schema/resilience.ts";
import { image } from "../../../schema/terms.ts";

export const version = z.strictObject({
  image: image.optional().describe("Image of this version. Default: the service's."),
  weight: optional(percent).describe(
    "Share of the requests, in per cent. Default: 100 for the only version. Not together with `canary`.",
  ),
  replicas: replicas.optional().describe("Bounds of this version's autoscaler. Default: the service's."),
  env: record(z.string(), z.string()).describe("Environment of this version, beside the service's."),
  loadBalancing: loadBalancing.optional().describe("As the service's, for this version alone."),
  connectionPool: connectionPool.optional().describe("What differs from the service's, for this version alone."),
  outlierDetection: outlierDetection.optional().describe("What differs from the service's, for this version alone."),
  headers: headers.optional().describe("Headers to change for this version alone, beside the service's."),
});

export type VersionSpec = z.infer<typeof version>;
