/** An answer of the API server that is not a success: its own words, and the machine-readable reason. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  constructor(
    readonly status: number,
    /** `NotFound`, `Conflict`, `Invalid` ... as the API server states it. */
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}
