import { z } from "zod";
import { flag, hostName, nonEmpty, oneOf, optional, port } from "../../../schema/common.ts";
import { connectionPool, outlierDetection } from "../../routing/schema/resilience.ts";

/** Something outside the mesh that services call. */
export const externalService = z.strictObject({
  host: hostName
    .refine((host) => !host.startsWith("*."), "expected one host: a name with * cannot be looked up")
    .describe("Its host name, as the callers ask for it."),
  port: port.default(443).describe("Port that it answers TLS on."),
  tls: oneOf(["originate", "passthrough"], "originate").describe(
    "Who speaks TLS: `originate`: callers ask plainly on port 80 and the mesh encrypts and checks the certificate; `passthrough`: callers speak TLS themselves and the mesh sees only the name.",
  ),
  egressGateway: flag(true).describe(
    "Leave through the egress gateway, which lets only the declared callers out. False: straight from the sidecar. In an ambient mesh the waypoint is the way out, and does the same.",
  ),
  subjectAltNames: optional(nonEmpty(hostName)).describe(
    "Names that its certificate may have (`tls: originate`). Default: the host.",
  ),
  connectionPool: connectionPool.optional().describe("Bounds on what is open at a time."),
  outlierDetection: outlierDetection.optional().describe("When an address that fails is left alone for a while."),
});

export type ExternalServiceSpec = z.infer<typeof externalService>;
