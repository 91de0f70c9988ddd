import * as grpc from "@grpc/grpc-js";

import { toStruct } from "./codec.ts";
import { InitFailed, Refusal } from "./errors.ts";
import { anyPb, providerPb, statusPb } from "./messages.ts";

/** What a thrown value means to the engine. */
export function toServiceError(error: unknown): Partial<grpc.StatusObject> {
  if (error instanceof InitFailed) {
    return initFailed(error);
  }
  if (error instanceof Refusal) {
    return { code: grpc.status.FAILED_PRECONDITION, details: error.message };
  }
  if (isServiceError(error)) {
    // From the resource monitor, while a component is made: the engine has reported it already, so it passes unchanged.
    return { code: error.code, details: error.details, metadata: error.metadata };
  }
  return { code: grpc.status.INTERNAL, details: error instanceof Error ? error.message : String(error) };
}

function isServiceError(error: unknown): error is grpc.ServiceError {
  return error instanceof Error && "code" in error && typeof error.code === "number" && "details" in error;
}

/** The engine looks for the partial state in the status details, which gRPC carries in a header of its own. */
function initFailed(error: InitFailed): Partial<grpc.StatusObject> {
  const detail = new providerPb.ErrorResourceInitFailed()
    .setId(error.id)
    .setProperties(toStruct(error.outputs))
    .setReasonsList([...error.reasons]);
  if (error.inputs !== undefined) {
    detail.setInputs(toStruct(error.inputs));
  }
  const packed = new anyPb.Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new statusPb.Status().setCode(grpc.status.UNKNOWN).setMessage(error.message);
  status.addDetails(packed);
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return { code: grpc.status.UNKNOWN, details: error.message, metadata };
}
