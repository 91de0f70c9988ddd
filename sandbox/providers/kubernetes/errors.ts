/** Errors apart from the code that connects: a preview loads the one and not the other. */
import type { KubernetesObject } from "./object.ts";

/** An answer of the API server that is not a success: its own words, and the machine-readable reason. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  constructor(
    readonly status: number,
    /** `NotFound`, `Conflict`, `Invalid` ... as the API server says it. */
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

/** An object that exists but did not become ready in time; the message names the pod and the reason. */
export class NotReadyError extends Error {
  override readonly name = "NotReadyError";
  constructor(
    message: string,
    /** The object as it was last seen. */
    readonly live: KubernetesObject,
  ) {
    super(message);
  }
}

// The guards go by name: code that is loaded at its first use may see another copy of these classes under a test runner
// that mixes module systems.

/** Whether an error is the API server's answer. */
export function isApiError(error: unknown): error is ApiError {
  return error instanceof Error && error.name === "ApiError";
}

/** Whether an error says that an object exists and is not ready. */
export function isNotReadyError(error: unknown): error is NotReadyError {
  return error instanceof Error && error.name === "NotReadyError";
}
