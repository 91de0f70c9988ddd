import { z } from "zod";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

/** Reference of a container image. */
export const image = z
  .string()
  .regex(/^[\w.-]+(:\d+)?(\/[\w.-]+)*(:[\w.-]+)?(@sha256:[0-9a-f]{64})?$/, "expected a container image reference");

/** Path of a request. */
export const path = z.string().startsWith("/", "expected a path that starts with /");

/** HTTP methods. */
export const methods = z.array(z.enum(METHODS)).min(1);

/** Paths of an AuthorizationPolicy: exact, or with one `*` at the end. */
export const policyPath = path.regex(/^[^*]*\*?$/, "expected a path with at most one *, at its end");
