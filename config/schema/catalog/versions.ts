import { z } from "zod";
import { percent, replicas } from "../common.ts";
import { image } from "./terms.ts";

/** One of the versions of a service that run at the same time. */
export const version = z.strictObject({
  image: image.optional().describe("Image of this version. Default: the service's."),
  weight: percent.optional().describe("Share of the requests, in per cent. Default: 100 for the only version."),
  replicas: replicas.optional().describe("Bounds of this version's autoscaler. Default: the service's."),
  env: z.record(z.string(), z.string()).default({}).describe("Environment of this version, beside the service's."),
});

export type VersionSpec = z.infer<typeof version>;
