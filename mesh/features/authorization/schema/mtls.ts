import { z } from "zod";
import { matching, record } from "../../../schema/common.ts";

const MODES = ["STRICT", "PERMISSIVE", "DISABLE"] as const;

/** What a service takes from its callers, where that differs from the mesh (`security.mtls`). */
export const mtls = z.strictObject({
  mode: z
    .enum(["STRICT", "PERMISSIVE"])
    .optional()
    .describe("Mutual TLS of all its ports. Default: the mesh's. `PERMISSIVE` also takes plain text."),
  ports: record(matching(/^\d+$/, "expected the number of a port"), z.enum(MODES)).describe(
    "Exceptions by port of the pod. `DISABLE` takes plain text only.",
  ),
});
