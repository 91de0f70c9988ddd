import { z } from "zod";
import { flag, matching, nonEmpty, optional, optionalSection, text, whole } from "../../../schema/common.ts";
import { duration, headerName } from "../../../schema/terms.ts";

const algorithm = z.enum(["ROUND_ROBIN", "LEAST_REQUEST", "RANDOM"]);

const consistentHash = z
  .strictObject({
    header: headerName.optional().describe("Header whose value decides."),
    cookie: optionalSection({
      name: text.describe("Name of the cookie; Envoy sets it where it is missing."),
      path: z.string().startsWith("/").optional().describe("Path of the cookie."),
      ttl: duration.describe("Life of the cookie."),
    }).describe("Cookie whose value decides."),
    queryParameter: text.optional().describe("Parameter of the query whose value decides."),
    sourceIp: z.literal(true).optional().describe("The caller's address decides."),
  })
  .refine(
    (hash) => Object.keys(hash).length === 1,
    "expected exactly one of header, cookie, queryParameter and sourceIp",
  );

const region = matching(/^[^/*]+$/, "expected a region alone, without zone and without *");

const locality = z.strictObject({
  enabled: flag(true).describe("Prefer pods near the caller. False turns off what the mesh prefers."),
  failover: nonEmpty(
    z.strictObject({
      from: region.describe("Region without healthy pods."),
      to: region.describe("Region that answers in its place."),
    }),
  )
    .optional()
    .describe("Where requests go when a region has no healthy pods left."),
  failoverPriority: optional(nonEmpty(text)).describe("Labels that caller and pod should share, the weightiest first."),
  distribute: nonEmpty(
    z.strictObject({
      from: text.describe("Locality of the caller: `region/zone/*`."),
      to: z.record(text, whole(1, 100)).describe("Share of each locality, in per cent; together 100."),
    }),
  )
    .optional()
    .describe("Fixed shares in place of nearness."),
});

export const loadBalancing = z.union([
  algorithm,
  z
    .strictObject({
      algorithm: algorithm.optional().describe("How one pod is chosen among all. Default: ROUND_ROBIN."),
      consistentHash: consistentHash.optional().describe("Equal requests go to the same pod as long as it is there."),
      warmup: duration.optional().describe("Time over which a new pod gets its full share (not with a hash)."),
      locality: locality.optional().describe("Which zone or region is asked first."),
    })
    .refine(
      ({ algorithm, consistentHash }) => algorithm === undefined || consistentHash === undefined,
      "expected either algorithm or consistentHash",
    ),
]);

export type LoadBalancingSpec = z.infer<typeof loadBalancing>;
