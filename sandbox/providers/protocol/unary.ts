import type grpc from "@grpc/grpc-js";

import { toServiceError } from "./grpc-errors.ts";

/** Wraps an async function as a unary handler; what it throws becomes the status of the call. */
export function unary<Request, Response>(
  handle: (request: Request, peer: string, call: grpc.ServerUnaryCall<Request, Response>) => Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    handle(call.request, call.getPeer(), call).then(
      (response) => callback(null, response),
      (error: unknown) => callback(toServiceError(error)),
    );
  };
}
