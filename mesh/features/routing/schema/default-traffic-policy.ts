import { z } from "zod";
import { whole } from "../../../schema/common.ts";

export const defaultTrafficPolicy = z.strictObject({
  maxConnections: whole(1).default(1000).describe("TCP connections of one proxy to one host."),
  connectTimeoutSeconds: whole(1, 600).default(10).describe("Seconds that a connection may take to open."),
  maxPendingRequests: whole(1).default(1024).describe("Requests of one proxy that wait for a connection."),
  consecutive5xxErrors: whole(1).default(5).describe("Errors in a row after which a host is ejected."),
  maxEjectionPercent: whole(1, 100).default(50).describe("Part of the hosts that may be ejected, in per cent."),
});

export type DefaultTrafficPolicy = z.infer<typeof defaultTrafficPolicy>;
