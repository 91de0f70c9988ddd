import { z } from "zod";
import { hostName, nonEmpty, port } from "../common.ts";

/** Hosts whose TLS ends at the service itself: the ingress gateway reads the name that the client asks for, and no more. */
export const passthrough = z.strictObject({
  hosts: nonEmpty(hostName).describe("Host names, other ones than the catalog's `hosts`."),
  port: port.describe("Port of the pod that speaks TLS: one of `extraPorts`, with a name that begins with `tls`."),
});

export type PassthroughSpec = z.infer<typeof passthrough>;
