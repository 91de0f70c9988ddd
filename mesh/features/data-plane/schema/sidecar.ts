import { z } from "zod";
import { cidr, list, nonEmpty, optional, port, resources, whole } from "../../../schema/common.ts";
import { PROXY_LOG_LEVELS } from "./proxy.ts";
import { image } from "../../../schema/terms.ts";

export const sidecar = z.strictObject({
  resources: resources.optional().describe("Requests and limits of the sidecar. Default: `mesh.proxy.resources`."),
  concurrency: optional(whole(0, 64)).describe(
    "Worker threads; 0 takes as many as the CPU limit. Default: `mesh.proxy.concurrency`.",
  ),
  logLevel: z.enum(PROXY_LOG_LEVELS).optional().describe("Log level. Default: `mesh.proxy.logLevel`."),
  image: image
    .regex(
      /\//,
      "expected an image with its registry or repository: Istio takes a name without / for one of its own hub",
    )
    .optional()
    .describe(
      "Image of the proxy, to try another build of it. Its tag begins with its Istio version. Default: the control plane's.",
    ),
  excludeOutboundPorts: list(
    z.strictObject({
      port: port.describe("Port on the other side."),
      networks: nonEmpty(cidr).describe(
        "Networks where the other side lies: the NetworkPolicy lets the service out to these and no others.",
      ),
    }),
  ).describe(
    "Connections that bypass the sidecar, such as those to a database: no policy, metric or trace knows of them. Production wants a reason.",
  ),
});

export type SidecarSettings = z.infer<typeof sidecar>;
