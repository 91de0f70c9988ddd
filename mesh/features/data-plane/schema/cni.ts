import { z } from "zod";
import { flag, resourcesOf } from "../../../schema/common.ts";

const folder = z.string().startsWith("/", "expected an absolute path");

/** The node agent that redirects the pods' traffic, so that no pod of an application needs NET_ADMIN. */
export const cni = z.strictObject({
  enabled: flag(true).describe(
    "Install the node agent. Without it every pod needs an init container with NET_ADMIN and NET_RAW.",
  ),
  binDirectory: folder
    .default("/opt/cni/bin")
    .describe("Folder of the nodes' CNI programs; k3s and others have their own."),
  configDirectory: folder.default("/etc/cni/net.d").describe("Folder of the nodes' CNI configuration."),
  resources: resourcesOf(["100m", "100Mi"], ["1000m", "512Mi"]).describe(
    "Requests and limits of the agent on each node.",
  ),
});
